import type { LoggedEvent, ReadTx } from '@sleepless/domain'

import type { ApiDeps } from '../deps.ts'
import type { LiveEvent } from './live-event.ts'

/** Reads every new event once, while it is awake. */
export interface HeadReader {
  /** Up to which event it has read; undefined while it rests. */
  readonly position: number | undefined
  /** Reads on after this event; one that is awake reads on where it is. */
  wakeAt(head: number): void
  rest(): void
}

interface HeadReaderOptions extends Pick<ApiDeps, 'store' | 'logger'> {
  readonly toLive: (tx: ReadTx, events: readonly LoggedEvent[]) => readonly LiveEvent[]
  /** Called with one page after the other; the next one is read when it is through. */
  readonly onPage: (events: readonly LiveEvent[]) => Promise<void>
  /** The log cannot be read; it is tried again with the next change. */
  readonly onFailure: (error: unknown) => void
}

const PAGE = 200

export function createHeadReader(options: HeadReaderOptions): HeadReader {
  const { store, logger } = options
  let subscription: Disposable | undefined
  let position = 0
  let isDue = false
  let isReading = false

  /** After whatever waits for the same commit: its answer is more urgent. */
  function readSoon(): void {
    if (isDue) return
    isDue = true
    setImmediate(() => {
      isDue = false
      void readOn()
    })
  }

  async function readOn(): Promise<void> {
    if (isReading) return
    isReading = true
    try {
      for (let events = await page(); events.length > 0; events = await page())
        await options.onPage(events)
    } catch (error) {
      // That a disk fails is told of elsewhere, once.
      logger.debug({ err: error }, 'live events not read')
      options.onFailure(error)
    } finally {
      isReading = false
    }
  }

  async function page(): Promise<readonly LiveEvent[]> {
    return subscription === undefined ? [] : store.read(nextPage)
  }

  /** Moves on at once: whoever comes after this has read as far. */
  function nextPage(tx: ReadTx): readonly LiveEvent[] {
    const events = tx.events.list({}, { after: position, limit: PAGE })
    position = events.at(-1)?.id ?? position
    return options.toLive(tx, events)
  }

  return {
    get position() {
      return subscription === undefined ? undefined : position
    },
    wakeAt(head) {
      if (subscription !== undefined) return
      position = head
      subscription = store.onChange(readSoon)
      readSoon()
    },
    rest() {
      subscription?.[Symbol.dispose]()
      subscription = undefined
    },
  }
}
