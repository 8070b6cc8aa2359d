import type { EventFilter, LoggedEvent } from '@sleepless/domain'

import type { ApiDeps } from '../deps.ts'

export interface EventFeedOptions {
  readonly filter: EventFilter
  /** The feed begins with the event after this one. */
  readonly after: number
  readonly signal: AbortSignal
  /** How long it may be silent before it yields an empty batch. */
  readonly idleMs: number
}

const BATCH = 200

/** Events as they are committed, in batches, without gap or repetition, until the signal. */
export async function* eventFeed(
  store: ApiDeps['store'],
  { filter, after, signal, idleMs }: EventFeedOptions,
): AsyncGenerator<readonly LoggedEvent[], void, undefined> {
  let position = after
  while (!signal.aborted) {
    // Listening begins before looking, so that nothing is missed in between.
    using news = nextChange(store, signal, idleMs)
    const events = await store.read((tx) =>
      tx.events.list(filter, { after: position, limit: BATCH }),
    )
    const last = events.at(-1)
    if (last !== undefined) {
      position = last.id
      yield events
    } else if ((await news.arrived) === 'idle') {
      yield []
    }
  }
}

interface News extends Disposable {
  readonly arrived: Promise<'change' | 'idle' | 'stopped'>
}

function nextChange(store: ApiDeps['store'], signal: AbortSignal, idleMs: number): News {
  const { promise, resolve } = Promise.withResolvers<'change' | 'idle' | 'stopped'>()
  const subscription = store.onChange(() => resolve('change'))
  const timer = setTimeout(() => resolve('idle'), idleMs)
  const stop = (): void => resolve('stopped')
  signal.addEventListener('abort', stop)
  return {
    arrived: promise,
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      subscription[Symbol.dispose]()
    },
  }
}
