import { exitCodeOf, settlementOf, type DialEnd } from '../../../src/application/dial-settlement'

const ended = (end: Partial<Omit<DialEnd, 'exit'>> & Partial<DialEnd['exit']>) => {
  const { code = null, signal = null, notExecuted = null, ...rest } = end
  return settlementOf({
    kind: 'generic',
    requested: false,
    cause: null,
    ...rest,
    exit: { code, signal, notExecuted },
  })
}

describe('the settlement of a dialer', () => {
  it.each([2, 3, 4, 6, 7])('counts exit %i of pppd as not started (R8)', (code) => {
    expect(ended({ kind: 'pppd', code })).toMatchObject({
      started: false,
      origin: 'exit:pppd',
      code,
    })
  })

  it.each([0, 12, 13, 20])('counts exit %i of pppd as a normal end (R6)', (code) => {
    expect(ended({ kind: 'pppd', code })).toMatchObject({ started: true, normal: true })
  })

  // 1 may come after the connect script has dialed: see the real pppd in real-dialers-pppd.e2e.test.ts.
  it.each([1, 5, 8, 10, 11, 15, 16, 19, 21, 99])('counts exit %i of pppd as a failure', (code) => {
    expect(ended({ kind: 'pppd', code })).toMatchObject({ started: true, normal: false })
  })

  it('names which ABORT string chat met', () => {
    expect(ended({ kind: 'chat', code: 4 }).reason).toBe('ABORT string 1 was received')
    expect(ended({ kind: 'chat', code: 7 }).reason).toBe('ABORT string 4 was received')
    expect(ended({ kind: 'chat', code: 3 }).reason).toContain('time')
  })

  it.each([0, 1, 2])('counts exit %i of openvpn as a failure: 0 comes with AUTH_FAILED', (code) => {
    expect(ended({ kind: 'openvpn', code })).toMatchObject({ started: true, normal: false })
    expect(ended({ kind: 'openvpn', code, requested: true })).toMatchObject({ normal: true })
  })

  it('takes the codes of pppd for nothing when something else exits with them', () => {
    expect(ended({ code: 7 })).toMatchObject({ started: true, normal: false })
    expect(ended({ code: 12 })).toMatchObject({ normal: false })
  })

  it.each([126, 127])('says that a command was never executed (%i)', (notExecuted) => {
    const settled = ended({ code: notExecuted, notExecuted })
    expect(settled).toMatchObject({ started: false, origin: 'exec', code: notExecuted })
  })

  it('is normal when the supervisor was asked for it, whatever the dialer makes of that (R6)', () => {
    expect(ended({ requested: true, signal: 'SIGTERM' })).toMatchObject({
      normal: true,
      reason: 'requested',
      origin: 'signal',
      code: 15,
    })
    expect(ended({ requested: true, code: 1 }).normal).toBe(true)
  })

  it('is a failure when its deadline ended it, even with exit 0', () => {
    expect(ended({ cause: 'dial-timeout', code: 0 })).toMatchObject({
      normal: false,
      origin: 'timeout',
    })
  })
})

describe('the exit code of a dial', () => {
  it.each([
    [{ code: 75, signal: null, notExecuted: null }, 75],
    [{ code: null, signal: 'SIGTERM' as const, notExecuted: null }, 143],
    [{ code: null, signal: 'SIGKILL' as const, notExecuted: null }, 137],
    [{ code: 127, signal: null, notExecuted: 127 }, 127],
  ])('of %j is %i', (exit, code) => {
    expect(exitCodeOf(exit)).toBe(code)
  })
})
