import { given } from '../support/given-when-then'

const evidence = (code: number) => ({
  type: 'RasErrorOccurred' as const,
  data: { origin: 'mta:9311', code },
})

describe('G17: an import says something about the link while an attempt is open', () => {
  it('changes nothing for the attempt', () => {
    given()
      .dials('first')
      .at(10)
      .imports({ type: 'AssociationOpened', data: { proof: 'record', supervised: false } }, 5)
      .imports(
        {
          type: 'AssociationEnded',
          data: {
            origin: 'mta:1294',
            code: null,
            abnormal: true,
            reason: '1294',
            upCs: null,
            resets: false,
            short: false,
            window: 'failure',
          },
        },
        6,
      )
      .shows({ phase: 'dialing', consecutiveFailures: 0 })
      .dial('second')
      .refused('dialing', 'open-interval')
      .at(20)
      .goesUp('first')
      .shows({ phase: 'connected' })
  })
})

describe('G20: what counts toward exhaustion', () => {
  it('is not exhausted by a port that is busy five times a minute for two hours', () => {
    const story = given()
    for (let n = 0; n < 480; n += 1) {
      story.dials(`${n}`).neverStarts(`${n}`, { origin: 'ras', code: 633 }).later(15.01)
    }
    story.restart().shows({ phase: 'idle', consecutiveFailures: 12 })
  })

  it('waits 15 s after a dial that never started, and no longer', () => {
    given()
      .dials('first')
      .neverStarts('first', { code: 633 })
      .at(15)
      .dial('second')
      .refusedOnlyBy('not-started')
      .at(15.01)
      .dial('second')
      .granted()
  })

  it('stays the second failure when evidence comes late of one that counted as that', () => {
    const story = given()
      .policy({ intervalsSec: [60, 600] })
      .dials('first')
      .at(5)
      .records('down-abnormal')
      .at(10)
      .neverStarts('first', { origin: 'ras', code: 633 })
      .at(200)
      .records('connection-error', { attempt: 'first' })
      .restart()
    story.at(799).dial('second').refusedOnlyBy('open-interval').at(800.02).dial('second').granted()
  })

  it('is not exhausted by 144 imported episodes, which close the link all the same', () => {
    const story = given().at(1)
    for (let n = 0; n < 144; n += 1) story.imports(evidence(629), -1000 * (200 - n))
    story
      .restart()
      .shows({ phase: 'waiting', consecutiveFailures: 0 })
      .at(601)
      .dial()
      .refusedOnlyBy('open-interval')
      .at(601.01)
      .dial()
      .granted()
  })

  it('counts one failure once that a watcher posts as 9311, 1028, 1294, 289', () => {
    given()
      .records('ras-error')
      .at(2)
      .records('connection-error')
      .at(4)
      .records('down-abnormal')
      .at(100)
      .records('open-failed')
      .restart()
      .shows({ consecutiveFailures: 1 })
      .at(700)
      .dial()
      .refusedOnlyBy('open-interval')
      .at(700.01)
      .dial()
      .granted()
  })

  it('counts evidence after the dial timeout as another failure', () => {
    given()
      .records('ras-error')
      .at(119.99)
      .records('open-failed')
      .shows({ consecutiveFailures: 1 })
      .at(240)
      .records('open-failed')
      .shows({ consecutiveFailures: 2 })
  })

  it('counts evidence of another clock as another failure: nothing proves that it is the same', () => {
    given().records('ras-error').on('b').records('open-failed').shows({ consecutiveFailures: 2 })
  })

  it('counts an attempt once, whatever is reported of it', () => {
    given()
      .dials('first')
      .at(5)
      .records('ras-error', { attempt: 'first' })
      .at(6)
      .records('connection-error', { attempt: 'first' })
      .at(7)
      .fails('first')
      .at(8)
      .records('ras-error', { attempt: 'first', code: 718 })
      .shows({ consecutiveFailures: 1 })
  })
})

describe('R8: a dial that never started', () => {
  it('is a failure when its attempt has other evidence', () => {
    given()
      .dials('first')
      .at(5)
      .records('ras-error', { attempt: 'first' })
      .at(7)
      .neverStarts('first')
      .shows({ consecutiveFailures: 1 })
      .at(607)
      .dial()
      .refused('open-interval')
      .at(607.01)
      .dial()
      .granted()
  })

  it('becomes a failure when evidence comes later, and still counts once', () => {
    given()
      .dials('first')
      .at(5)
      .neverStarts('first')
      .shows({ consecutiveFailures: 1 })
      .at(10)
      .records('ras-error', { attempt: 'first' })
      .shows({ consecutiveFailures: 1 })
      .at(610)
      .dial()
      .refusedOnlyBy('open-interval')
      .at(610.01)
      .dial()
      .granted()
  })
})

describe('G34: exhausted with probe, and a watcher posts evidence every 3,000 s', () => {
  it('grants one probe an hour', () => {
    const story = given().policy({ maxOpenRetries: 2, openIntervalSec: 60 })
    story.records('ras-error').at(200).records('ras-error').at(300)
    story.shows({ phase: 'exhausted' })
    const granted: number[] = []
    for (let sec = 300; sec < 30_000; sec += 10) {
      story.at(sec)
      if (sec % 3000 === 0) story.records('ras-error')
      const name = `at ${sec}`
      const asked = story.dial(name)
      if (asked.refusal() !== null) continue
      granted.push(sec)
      asked.granted().fails(name)
    }
    expect(granted).toHaveLength(9)
    const gaps = granted.slice(1).map((sec, index) => sec - (granted[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(3600)
    expect(Math.max(...gaps)).toBeLessThan(3700)
  })
})

describe('R7: exhausted with hold', () => {
  it('refuses for good until an operator releases it, and the window still holds', () => {
    given()
      .policy({ maxOpenRetries: 1, onExhausted: 'hold' })
      .records('ras-error')
      .at(10_000)
      .dial()
      .refusedOnlyBy('exhausted')
      .shows({ phase: 'exhausted' })
      .records('ras-error')
      .release()
      .then('LinkReleased')
      .restart()
      .dial()
      .refusedOnlyBy('open-interval')
      .at(10_600.01)
      .dial()
      .granted()
  })
})
