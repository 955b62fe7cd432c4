import { dialedLedger } from './support/dialed-ledger'
import { eventually } from './support/eventually'
import { removeFolders } from './support/gate-world'
import { describeUnless, missingPrograms } from './support/real-dialers'
import { chatScript, scriptedModem, type ScriptedModem } from './support/scripted-modem'

const plugged: ScriptedModem[] = []

/** A modem, and a ledger whose link is dialed with it. */
const lineWith = async (answer: string | null, openIntervalSec: number | null = null) => {
  const ledger = await dialedLedger(openIntervalSec)
  const modem = await scriptedModem(ledger.folder, answer)
  plugged.push(modem)
  const dial = (...flags: ReadonlyArray<string>) =>
    ledger.dial([...flags, '--', 'chat', ...chatScript], { descriptor: modem.descriptor })
  return { ...ledger, modem, dial }
}

afterAll(async () => {
  await Promise.all(plugged.map(({ unplug }) => unplug()))
  removeFolders()
})

describeUnless(missingPrograms('chat', 'socat'), 'the real chat, dialing a modem', () => {
  it.each([
    ['NO CARRIER', 5, 'ABORT string 2 was received'],
    [null, 3, 'expected string did not come in time'],
  ])('that answers %s exits %i, which is a failure', async (answer, code, reason) => {
    const { dial, modem } = await lineWith(answer)
    const failed = { started: true, up: false, recorded: true, origin: 'exit:chat', reason }
    expect(await dial()).toMatchObject({ code, result: failed })
    const refused = { code: 75, result: { deniedBy: [{ rule: 'open-interval' }] } }
    expect(await dial()).toMatchObject(refused)
    expect(modem.dialed).toEqual(['5551234'])
  })

  it('that is busy is dialed again only once the interval is over, and the audit says so', async () => {
    const { dial, modem, events, verdict } = await lineWith('BUSY', 2)
    const reason = 'ABORT string 1 was received'
    expect(await dial()).toMatchObject({ code: 4, result: { origin: 'exit:chat', reason } })
    expect(await dial('--wait')).toMatchObject({ code: 4 })
    expect(modem.dialed).toEqual(['5551234', '5551234'])
    expect(events().at(-1)).toMatchObject({
      type: 'ConnectionOpenFailed',
      data: { code: 4, origin: 'exit:chat' },
    })
    expect(await verdict()).toEqual({ dials: 2, kept: 2, broken: 0, cannotTell: 0 })
  })

  it('that connects leaves a one-shot link up, and it may not be dialed beside it', async () => {
    const { dial, modem, events } = await lineWith('CONNECT 33600')
    const owner = ['--owner', String(process.pid)]
    expect(await dial('--oneshot', ...owner)).toMatchObject({ code: 0, result: { up: true } })
    expect(events().at(-1)).toMatchObject({
      type: 'AssociationOpened',
      data: { proof: 'exit' },
    })
    expect(await dial()).toMatchObject({ code: 75, result: { deniedBy: [{ rule: 'connected' }] } })
    expect(modem.dialed).toHaveLength(1)
  })

  it('that is told to stop in the middle of a dial leaves a window', async () => {
    const { dialing, dial, modem } = await lineWith(null)
    const script = ['--', 'chat', '-t', '30', ...chatScript.slice(2)]
    const { child, ended } = dialing(script, { descriptor: modem.descriptor })
    await eventually(() => modem.dialed.length > 0)
    child.kill('SIGTERM')
    // chat catches TERM and exits with 2.
    expect(await ended).toMatchObject({ code: 2, result: { reason: 'requested', up: false } })
    expect(await dial()).toMatchObject({
      code: 75,
      result: { deniedBy: [{ rule: 'open-interval' }] },
    })
  })
})
