import * as E from 'fp-ts/Either'
import { dialSettings, type DialFlags, type OwnerOf } from '../../../src/cli/dial-options'

const owner = { pid: 4711, startTicks: 1, pidNamespace: 'pid:[1]' }
const nearest = { ...owner, pid: 1 }

const ownerOf: OwnerOf = (pid) => (pid === null ? nearest : pid === owner.pid ? owner : null)

const settingsOf = (flags: DialFlags, ...[name = './dialer', ...args]: string[]) =>
  dialSettings(flags, [name, ...args], ownerOf)

const refusal = (flags: DialFlags, ...command: string[]): string => {
  const settings = settingsOf(flags, ...command)
  if (E.isRight(settings)) throw new Error('accepted')
  expect(settings.left.exitCode).toBe(64)
  return settings.left.message
}

describe('the options of dial', () => {
  it('take a generic dialer for up when it is alive at its deadline, and wait for nothing', () => {
    expect(settingsOf({})).toEqual(
      E.right({
        kind: 'generic',
        upRule: { _tag: 'Alive' },
        wait: null,
        redialsItself: false,
        addedOptions: [],
      }),
    )
  })

  it.each([
    ['the name of the command', {}, '/usr/sbin/pppd', 'pppd'],
    ['--dialer before that name', { dialer: 'chat' }, '/usr/sbin/pppd', 'chat'],
  ])('tell the kind of dialer by %s', (_name, flags, command, kind) => {
    const settings = settingsOf(flags, command, 'nodetach', 'nopersist')
    expect(settings).toMatchObject({ right: { kind } })
  })

  it.each([
    ['--up-when', { upWhen: '^CONNECT' }, { _tag: 'Output', pattern: /^CONNECT/u }],
    ['--session', { session: true }, { _tag: 'Session' }],
    ['--oneshot', { oneshot: true }, { _tag: 'Oneshot', owner: nearest }],
    ['--oneshot --owner', { oneshot: true, owner: '4711' }, { _tag: 'Oneshot', owner }],
  ])('tell by %s what counts as up', (_name, flags, upRule) => {
    expect(settingsOf(flags)).toMatchObject({ right: { upRule } })
  })

  it.each([
    ['--wait', { wait: true }, { maxSec: null }],
    ['--max-wait, which means --wait too', { maxWait: '90' }, { maxSec: 90 }],
    ['--max-wait 0', { maxWait: '0' }, { maxSec: 0 }],
  ])('say by %s how long to wait', (_name, flags, wait) => {
    expect(settingsOf(flags)).toMatchObject({ right: { wait } })
  })
})

describe('the options of dial are refused', () => {
  it.each([
    ['an unknown kind', { dialer: 'modem' }, "not 'modem'"],
    ['two ways of being up', { oneshot: true, session: true }, 'exclude each other'],
    ['an owner of a supervised link', { owner: '4711' }, 'goes with --oneshot only'],
    ['an owner that is not there', { oneshot: true, owner: '99' }, "not '99'"],
    ['an owner that is no pid', { oneshot: true, owner: '-1' }, "not '-1'"],
    ['an expression that is none', { upWhen: '(' }, '--up-when: '],
    ['a wait that is no number', { maxWait: 'soon' }, "not 'soon'"],
    ['a wait that is empty', { maxWait: '' }, "not ''"],
    ['a wait below nothing', { maxWait: '-1' }, "not '-1'"],
  ])('%s', (_name, flags, message) => {
    expect(refusal(flags)).toContain(message)
  })

  it('for a chat that would lose its modem', () => {
    expect(refusal({ upWhen: 'CONNECT' }, 'chat', '-f', 'isp')).toContain('use --oneshot')
  })

  it('for a dialer that redials, unless that is meant', () => {
    const redialing = ['pppd', 'nodetach', 'persist']
    expect(refusal({}, ...redialing)).toContain('add nopersist')
    expect(settingsOf({ redialsItself: true }, ...redialing)).toMatchObject({
      right: { redialsItself: true, addedOptions: [] },
    })
  })
})
