import type { LedgerEvent } from '../../domain/events'
import { given, type Story } from '../support/given-when-then'

const hold: LedgerEvent = { type: 'LinkHeld', data: { reason: 'moving' } }
const release = (past: string | null = null): LedgerEvent => ({
  type: 'LinkReleased',
  data: { reason: 'moved', past },
})

const heldAsAWhole = (): Story => given().dials('first').at(10).fails('first').at(700).siteHas(hold)

describe('a ledger that is held as a whole', () => {
  it('refuses a link that it knows, whatever time passes', () => {
    heldAsAWhole().dial('second').refusedOnlyBy('held')
    heldAsAWhole().at(90_000).dial('second').refusedOnlyBy('held')
  })

  it('refuses a link that nothing is known of', () => {
    heldAsAWhole().link('new').dial('other').refusedOnlyBy('held')
  })

  it('shows every link as held', () => {
    expect(heldAsAWhole().status().phase).toBe('held')
    expect(heldAsAWhole().link('new').status().phase).toBe('held')
  })

  it('stands still: a refusal writes nothing, on no host', () => {
    heldAsAWhole().dial('second').then()
    heldAsAWhole().on('b').at(2000).dial('second').then()
    heldAsAWhole().link('new').dial('other').then()
  })

  it('still records what became of a dial that began before', () => {
    given()
      .dials('first')
      .siteHas(hold)
      .at(10)
      .fails('first')
      .at(700)
      .dial('second')
      .refused('held')
  })

  it('still records that an attempt was abandoned', () => {
    given().dials('first').siteHas(hold).at(700).dial('second').then('DialAbandoned')
  })

  it('grants again once it is released as a whole', () => {
    heldAsAWhole().siteHas(release()).dial('second').granted()
  })

  it('grants a link that is released by name, and no other', () => {
    const story = heldAsAWhole().release().then('LinkReleased')
    story.dial('second').granted()
    story.link('new').dial('other').refusedOnlyBy('held')
  })

  it('is held again by a hold that follows the release of a link', () => {
    heldAsAWhole().release().then('LinkReleased').siteHas(hold).dial('second').refusedOnlyBy('held')
  })

  it('is not released by what a link was released from before', () => {
    given().holds().release().then('LinkReleased').siteHas(hold).dial('first').refusedOnlyBy('held')
  })

  it('leaves a link held that was held by name, before or after', () => {
    given().holds().siteHas(hold).siteHas(release()).dial('first').refusedOnlyBy('held')
    given().siteHas(hold).holds().siteHas(release()).dial('first').refusedOnlyBy('held')
  })

  it('stays held when its policy is released past what cannot be read', () => {
    heldAsAWhole().sitePolicy(null).siteHas(release('1')).dial('second').refused('held')
  })

  it('keeps the wait and the failures of a link as they were', () => {
    const story = given().dials('first').at(10).fails('first').siteHas(hold).siteHas(release())
    story.at(600).dial('second').refusedOnlyBy('open-interval')
    expect(story.status().consecutiveFailures).toBe(1)
    story.at(611).dial('second').granted()
  })
})
