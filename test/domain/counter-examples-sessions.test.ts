import { attemptId, given, type Story } from '../support/given-when-then'

/** Dials, is up for some seconds, ends; each `everySec` after the last began. */
const sessions = (
  story: Story,
  count: number,
  how: { readonly everySec: number; readonly upSec: number },
): Story => {
  for (let n = 1; n <= count; n += 1) {
    const name = `session ${story.world.nextId}`
    story.dials(name).goesUp(name).later(how.upSec).ends(name)
    if (n < count) story.later(how.everySec - how.upSec)
  }
  return story
}

describe('G11: a dialer always fails after 190 s', () => {
  it('is exhausted after 144, though it is taken as alive each time', () => {
    const story = given()
    for (let n = 1; n <= 144; n += 1) {
      story
        .dials(`${n}`)
        .later(115)
        .goesUp(`${n}`, 'alive')
        .later(75)
        .ends(`${n}`, { normal: false })
      if (n < 144) story.later(600.01)
    }
    story.restart().shows({ consecutiveFailures: 144, phase: 'exhausted' })
  })

  it('is not reset by an interval of being alive that falls short by a tick', () => {
    given()
      .records('ras-error')
      .at(601)
      .dials('first')
      .at(700)
      .goesUp('first', 'alive')
      .at(1300)
      .ends('first')
      .shows({ consecutiveFailures: 1, phase: 'idle' })
  })

  it('is reset by an interval of being alive', () => {
    given()
      .records('ras-error')
      .at(601)
      .dials('first')
      .at(700)
      .goesUp('first', 'alive')
      .at(1300.01)
      .ends('first')
      .restart()
      .shows({ consecutiveFailures: 0, phase: 'idle' })
  })
})

describe('G12: up one second, exit 0, for ever', () => {
  it('opens a window at the end of the fourth session', () => {
    const story = sessions(given(), 4, { everySec: 2, upSec: 1 })
    story
      .dial()
      .refusedOnlyBy('short-sessions')
      .shows({ consecutiveFailures: 0 })
      .later(600)
      .restart()
      .dial()
      .refused('short-sessions')
      .later(0.01)
      .dial()
      .granted()
  })

  it('does not after the third', () => {
    sessions(given(), 3, { everySec: 2, upSec: 1 }).dial().granted()
  })

  it('treats exit 0 without a recorded up as a failure', () => {
    given().dials('first').at(3).fails('first', { normal: true, code: 0 }).dial().refused()
  })
})

describe('G13: a service manager stops and starts', () => {
  it('opens no window after a stop while up', () => {
    given().dials('first').goesUp('first').at(5).ends('first', { reason: 'requested' }).dials()
  })

  it('opens a window after TERM while dialing', () => {
    given()
      .dials('first')
      .at(5)
      .fails('first', { normal: true, reason: 'requested' })
      .dial()
      .refusedOnlyBy('open-interval')
  })
})

describe('G14: a connect script', () => {
  const owner = { pid: 100, startTicks: 7, pidNamespace: 'pid:[1]' }
  const oneshot = () =>
    given().dials('first', { supervision: 'oneshot', owner }).at(30).goesUp('first', 'exit')

  it('is connected for anyone else at 700', () => {
    oneshot()
      .at(700)
      .dial('second', { judgement: 'alive', owner: { ...owner, pid: 101 } })
      .refusedOnlyBy('connected')
      .on('b')
      .dial('second', { judgement: 'unknown' })
      .refusedOnlyBy('connected')
      .at(100_000)
      .dial('second', { judgement: 'unknown' })
      .refusedOnlyBy('connected')
  })

  it('ends normally, without a window, by the record of ip-down', () => {
    oneshot()
      .at(700)
      .record('down', { attempt: 'first' })
      .then({ type: 'AssociationEnded', data: { abnormal: false, window: 'none' } })
      .dial('second')
      .granted()
  })

  it.each([
    ['its owner is gone', { judgement: 'gone' }, 'owner-gone'],
    ['its owner asks again', { judgement: 'alive', owner }, 'owner-asks-again'],
  ] as const)('has ended abnormally when %s', (_, asked, reason) => {
    oneshot()
      .at(700)
      .dial('second', asked)
      .then({ type: 'AssociationEnded', data: { abnormal: true, reason } })
      .at(1300)
      .restart()
      .dial('second')
      .refused('open-interval')
      .at(1300.01)
      .dial('second')
      .granted()
  })
})

describe('G28: a connect script on a store that wants leases', () => {
  it('has no lease that could run out under a live line', () => {
    given()
      .policy({ leaseSec: 60 })
      .dials('first', { supervision: 'oneshot' })
      .at(30)
      .goesUp('first', 'exit')
      .on('b')
      .at(5000)
      .dial('second', { judgement: 'unknown' })
      .refusedOnlyBy('connected')
      .at(6000)
      .dial('second', { judgement: 'unknown' })
      .refusedOnlyBy('connected')
  })

  it('takes no up after the dial timeout', () => {
    given()
      .dials('first', { supervision: 'oneshot' })
      .at(300)
      .when({ type: 'ReportUp', attempt: attemptId('first'), proof: 'exit' })
      .rejects('AttemptAbandoned')
  })
})

describe('G29: the line drops at 500, release at 510', () => {
  it('refuses at 511, and until one interval from the release', () => {
    given()
      .dials('first')
      .at(10)
      .goesUp('first')
      .at(510)
      .release()
      .then({ type: 'AssociationEnded', data: { abnormal: true } }, 'LinkReleased')
      .at(511)
      .dial('second')
      .refusedOnlyBy('open-interval')
      .shows({ consecutiveFailures: 0 })
      .at(1110)
      .restart()
      .dial('second')
      .refused('open-interval')
      .at(1110.01)
      .dial('second')
      .granted()
  })
})

describe('G30: a hook that hung since an older attempt', () => {
  it('does not touch the attempt of now', () => {
    given()
      .dials('31', { supervision: 'grant' })
      .goesUp('31')
      .at(100)
      .ends('31')
      .dials('37', { supervision: 'grant' })
      .goesUp('37')
      .at(200)
      .record('down', { attempt: '31' })
      .nothingHappens()
      .record('down-abnormal', { attempt: '31' })
      .then('ConnectionErrorOccurred')
      .shows({ phase: 'connected' })
      .dial('38')
      .refused('connected')
  })

  it('is told so when nobody remembers its attempt', () => {
    given().record('down', { attempt: 'forgotten' }).rejects('AttemptNotOpen')
  })
})

describe('G31: taken as alive, and ended at 190, each time', () => {
  it.each(['exited', 'requested'])('opens a window at the fourth (%s)', (reason) => {
    const story = given()
    for (const name of ['1', '2', '3', '4']) {
      story.dials(name).later(115).goesUp(name, 'alive').later(75).ends(name, { reason })
    }
    story.dial().refusedOnlyBy('short-sessions')
  })
})

describe('G32: healthy polls of 20 s', () => {
  it('never opens a window at two an hour', () => {
    sessions(given(), 48, { everySec: 1800, upSec: 20 })
      .shows({ phase: 'idle', consecutiveFailures: 0 })
      .dial()
      .granted()
  })

  it('opens one window when twenty are tried in ten minutes', () => {
    const story = given()
    const refusals = Array.from({ length: 20 }, (_, n) => {
      story.at(n * 30)
      const asked = story.dial(`poll ${n}`)
      if (asked.refusal() !== null) return n
      asked.granted().goesUp(`poll ${n}`).later(20).ends(`poll ${n}`)
      return -1
    }).filter((n) => n >= 0)
    expect(refusals).toEqual(Array.from({ length: 16 }, (_, n) => n + 4))
    expect(story.status().openWindows).toHaveLength(1)
    story
      .at(110 + 600.01)
      .dial()
      .granted()
  })
})

describe('G35: supervisor and dialer get TERM at once', () => {
  it('is a requested end whichever dies first', () => {
    given()
      .dials('first')
      .goesUp('first')
      .at(90)
      .ends('first', { normal: true, reason: 'requested', origin: 'signal', code: 15 })
      .shows({ phase: 'idle', consecutiveFailures: 0 })
  })
})

describe('G36: a daemon outlives a session that ended well', () => {
  it('grants the next dial, since the attempt is settled', () => {
    given().dials('first').goesUp('first').at(90).ends('first').dial('second').granted()
  })
})

describe('G12: a link that is lost after it was up', () => {
  it('counts as a short session, however late that is found out', () => {
    given()
      .dials('first')
      .goesUp('first')
      .at(5000)
      .dial('second', { judgement: 'gone' })
      .refused('open-interval')
      .shows({ consecutiveFailures: 1 })
      .at(5601)
      .dials('second')
      .goesUp('second')
      .at(9000)
      .dial('third', { judgement: 'gone' })
      .refused('open-interval')
      .shows({ consecutiveFailures: 2 })
  })
})
