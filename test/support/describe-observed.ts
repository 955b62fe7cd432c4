import { observedAppends } from './observed-appends'
import { observedReads, observedSubscriptions } from './observed-reads'
import { observedWorld, type ObservedWorld } from './observed-world'

/** Plays the table of what a real server was seen to do against a server, the fake one or a real one. */
export const describeObserved = (name: string, url: () => string, isInsecure = true): void => {
  describe(`what EventStoreDB was seen to do: ${name}`, () => {
    let world: ObservedWorld
    beforeAll(() => {
      world = observedWorld(url())
    })
    afterAll(() => world.close())

    describe.each([
      ['append', observedAppends],
      ['read', observedReads],
      ['subscribe', observedSubscriptions],
    ])('%s', (_name, cases) => {
      const playable = cases.filter((one) => isInsecure || one.isForInsecureServers !== true)
      it.each(playable)('$name', async ({ ask, answer }) => {
        expect(await ask(world)).toEqual(answer)
      })
    })
  })
}
