import { liveViews } from '../../../src/application/live-views'
import type { Projection } from '../../../projections/projection'
import { emptyHead } from '../../../src/adapters/codec'

const projection = (version = 1): Projection<string> => ({
  name: 'remembering',
  version,
  initial: '',
  evolve: (view) => view,
})

const viewOf = (stream: string, view = stream) => ({
  view,
  head: emptyHead(stream),
  newest: null,
  covered: 0n,
})

describe('the views that a process remembers', () => {
  it('gives the view that was put last', () => {
    const live = liveViews()
    live.put(projection(), viewOf('link-a', 'older'))
    live.put(projection(), viewOf('link-a', 'newer'))
    expect(live.get(projection(), 'link-a')?.view).toBe('newer')
  })

  it('gives nothing of another stream or version', () => {
    const live = liveViews()
    live.put(projection(), viewOf('link-a'))
    expect(live.get(projection(), 'link-b')).toBeUndefined()
    expect(live.get(projection(2), 'link-a')).toBeUndefined()
  })

  it('forgets what was put longest ago once there are more than 512', () => {
    const live = liveViews()
    for (let link = 0; link < 512; link++) live.put(projection(), viewOf(`link-${link}`))
    live.put(projection(), viewOf('link-0'))
    live.put(projection(), viewOf('link-512'))
    expect(live.get(projection(), 'link-0')).toBeDefined()
    expect(live.get(projection(), 'link-1')).toBeUndefined()
    expect(live.get(projection(), 'link-512')).toBeDefined()
  })
})
