import { attemptId, given, type Story } from '../support/given-when-then'

/** Asks every so many seconds until a dial is granted, and gives the time of the grant. */
const grantedAt = (story: Story, everySec: number, untilSec = 100_000): number => {
  for (let sec = story.world.nowCs / 100; sec <= untilSec; sec += everySec) {
    if (story.at(sec).dial('asked').refusal() === null) return sec
  }
  throw new Error(`never granted until ${untilSec}`)
}

describe('C1: the wall clock steps in a window', () => {
  it.each([3600, -3600, 1e9])('opens after 600 s of uptime, stepped by %i s', (step) => {
    given()
      .records('ras-error')
      .at(100)
      .wallSteps(step)
      .dial()
      .refused('open-interval')
      .at(600)
      .restart()
      .dial()
      .refused('open-interval')
      .at(600.01)
      .dial()
      .granted()
  })
})

describe('C2: a host without a clock chip boots in 1970', () => {
  it('waits one interval of uptime', () => {
    const story = given()
      .records('ras-error')
      .at(50)
      .rebooted()
      .on('a', { wallOffsetMs: -56 * 365.25 * 86_400_000 })
    expect(grantedAt(story.at(60), 10)).toBe(670)
  })
})

describe('C3: two hosts 90 s apart on one link', () => {
  it('never dials twice in one window, and never early', () => {
    const story = given().on('b', { wallOffsetMs: 90_000 }).on('a')
    const grants: Array<{ readonly host: string; readonly sec: number }> = []
    let lastEnd = -Infinity
    for (let sec = 0; sec < 20_000; sec += 7) {
      const host = sec % 2 === 0 ? 'a' : 'b'
      const name = `at ${sec}`
      const asked = story.at(sec).on(host).dial(name)
      if (asked.refusal() !== null) continue
      expect(sec - lastEnd).toBeGreaterThanOrEqual(600)
      asked.granted()
      grants.push({ host, sec })
      story.later(5).fails(name)
      lastEnd = sec + 5
    }
    expect(grants.length).toBeGreaterThan(20)
  })

  it('lets one of two win that ask at once', () => {
    given().dials('first').on('b').dial('second').refusedOnlyBy('dialing')
  })
})

describe('C4: host and container share the boot id, and the uptime of the container is faked', () => {
  it('is no proof to the other; both get through after one interval of their own', () => {
    const story = given()
      .on('container', { bootId: 'boot-a-1', provider: 'lxcfs:4711', bootedAtCs: -90_000_000 })
      .on('a')
      .records('ras-error')
      .at(1)
      .on('container')
      .dial()
      .refused('open-interval')
      .at(300)
      .on('a')
      .records('ras-error')
      .at(301)
      .on('container')
    expect(grantedAt(story, 10)).toBe(911)
  })

  it('grants the host at its own interval', () => {
    const story = given()
      .on('container', { bootId: 'boot-a-1', provider: 'lxcfs:4711', bootedAtCs: 90_000 })
      .on('a')
      .records('ras-error')
    expect(grantedAt(story.at(10), 10)).toBe(610)
  })
})

describe('C5: a container restarts and its uptime falls back', () => {
  it('is a new clock: one interval from its next ask, no wait of days', () => {
    const story = given()
      .on('container', { provider: 'lxcfs:1', bootedAtCs: -50_000_000 })
      .records('ras-error')
      .at(100)
      .on('container', { bootedAtCs: 10_000 })
    expect(grantedAt(story, 10)).toBe(710)
  })

  it('takes the uptime from before for no proof', () => {
    given()
      .on('container', { bootedAtCs: -100_000 })
      .records('ras-error')
      .at(1)
      .on('container', { bootedAtCs: 0 })
      .dial()
      .refused('open-interval')
      .at(599)
      .dial()
      .refused('open-interval')
  })
})

describe('C6: two time namespaces with the same inode and different uptimes', () => {
  it('are different clocks by their offset', () => {
    given()
      .records('ras-error')
      .at(1)
      .on('namespace', { bootId: 'boot-a-1', boottimeOffset: '86400', bootedAtCs: -9_000_000 })
      .dial()
      .refused('open-interval')
      .at(600.5)
      .dial()
      .refused('open-interval')
      .at(601.02)
      .dial()
      .granted()
  })
})

describe('C7: a straggler lands after the anchor of a host', () => {
  it('stores a new refusal, so that the host gets through at last', () => {
    given()
      .on('b')
      .records('ras-error')
      .at(10)
      .on('a')
      .dial()
      .then('DialRefused')
      .at(20)
      .dial()
      .then()
      .at(30)
      .on('b')
      .records('open-failed')
      .at(31)
      .on('a')
      .dial()
      .then('DialRefused')
      .restart()
      .at(631)
      .dial()
      .refused('open-interval')
      .at(631.01)
      .dial()
      .granted()
  })

  it('stores one again after each tenth of the interval, and none between', () => {
    const story = given().on('b').records('ras-error').on('a').at(1)
    for (let sec = 1; sec < 600; sec += 1) story.at(sec).dial().refused('open-interval')
    expect(story.events().filter((type) => type === 'DialRefused')).toHaveLength(10)
  })
})

describe('C8: a settlement carries a reading of long before its append', () => {
  it('goes by `appended`, never by `occurred`', () => {
    given()
      .on('b')
      .dials('first')
      .on('a')
      .at(725)
      .on('b')
      .records('ras-error')
      .at(1000)
      .on('a')
      .when(
        {
          type: 'SettleAttempt',
          attempt: attemptId('first'),
          started: true,
          normal: false,
          reason: 'late',
          origin: 'exit:generic',
          code: 1,
        },
        100,
      )
      .settledBy('ConnectionOpenFailed')
      .at(1001)
      .dial('second')
      .refusedOnlyBy('open-interval', 'open-interval')
      .at(1600)
      .dial('second')
      .refused('open-interval')
      .at(1600.01)
      .dial('second')
      .granted()
  })
})

describe('C9: a gateway that is up for 140 s per boot and asks every 10 s', () => {
  it('gets to dial by its sixth boot', () => {
    const story = given().records('ras-error')
    for (let boot = 1; boot <= 6; boot += 1) {
      story.later(1000).rebooted().later(5)
      for (let up = 5; up <= 140; up += 10) {
        if (story.dial('asked').refusal() === null) {
          expect(boot).toBeGreaterThanOrEqual(5)
          return
        }
        story.later(10).restart()
      }
    }
    throw new Error('not granted by the sixth boot')
  })
})

describe('C10: stated times that cannot be', () => {
  const evidence = { type: 'RasErrorOccurred', data: { origin: 'mta:9311', code: 629 } } as const

  it.each([
    ['eight hours old by a wrong zone', -28_800],
    ['stamped 2038', 378_000_000],
  ])('waits one interval from the append of an import %s', (_, stated) => {
    given()
      .imports(evidence, stated)
      .at(600)
      .dial()
      .refusedOnlyBy('open-interval')
      .at(600.01)
      .dial()
      .granted()
  })

  it('counts a stated time after the append as the append, where the wall clock is trusted', () => {
    given()
      .policy({ wallClock: 'trusted' })
      .imports(evidence, 378_000_000)
      .at(600)
      .dial()
      .refusedOnlyBy('open-interval')
      .at(602)
      .dial()
      .granted()
  })

  it("uses an import's stated time where the wall clock is trusted, the latest of one window", () => {
    given()
      .policy({ wallClock: 'trusted' })
      .imports(evidence, -100)
      .imports(evidence, -500)
      .at(501)
      .dial()
      .refusedOnlyBy('open-interval')
      .at(502)
      .dial()
      .granted()
  })
})

describe('C11: a grant at 0 without settlement, asked at 800', () => {
  it('grants and records the abandonment with it', () => {
    given().dials('first').at(800).restart().dial('second').then('DialAbandoned', 'DialAttempted')
  })

  it('grants as well when the abandonment was recorded meanwhile', () => {
    given()
      .dials('first')
      .at(500)
      .dial('second')
      .then('DialAbandoned')
      .restart()
      .at(720)
      .dial('second')
      .refused('open-interval')
      .at(800)
      .dial('second')
      .then('DialAttempted')
  })
})

describe('C13: cloned machines', () => {
  it("never ages the other's fresh evidence by the uptime of one", () => {
    const story = given()
      .on('clone', { bootedAtCs: -360_000 })
      .on('a', { bootedAtCs: -360_000 })
      .on('clone')
      .dial('x')
      .granted()
      .fails('x')
      .at(700)
      .on('a')
      .records('ras-error')
      .on('clone')
      .dial()
      .refused('open-interval')
      .at(1290)
    expect(grantedAt(story, 1)).toBe(1301)
  })
})

describe('R13: the wall clock, where the policy vouches for it', () => {
  it('opens for another host at once, less the skew', () => {
    given()
      .policy({ wallClock: 'trusted', clockSkewSec: 5 })
      .records('ras-error')
      .on('b')
      .at(604.99)
      .dial()
      .refusedOnlyBy('open-interval')
      .at(605)
      .dial()
      .granted()
  })

  it('counts an abandoned attempt by it too', () => {
    given()
      .policy({ wallClock: 'trusted' })
      .dials('first')
      .on('b')
      .at(722)
      .dial('second')
      .then('DialAbandoned', 'DialAttempted')
  })
})
