import { closeSync, openSync, utimes, watch } from 'node:fs'

export interface ChangeSignalOptions {
  /** Touched after commits; other processes watch it. */
  readonly wakeFile: string
  /** Id of the newest event, as committed. */
  readonly head: () => number
  /** Changes whenever another connection has committed; cheap to ask. */
  readonly dataVersion: () => number
  /** Told what either of them throws when nobody waits for them. Default: nothing is told. */
  readonly onFailure?: (error: unknown) => void
}

export interface ChangeSignal extends Disposable {
  /** To be called after each commit of this process. */
  committed(): void
  subscribe(listener: () => void): Disposable
}

// What is lost when a watch is lost: how late a change is seen then.
const POLL_MS = 250
// What follows so closely on another change is told with it: a touch costs as much as a small commit.
const TOUCH_EVERY_MS = 3

/** Tells listeners that events were appended, by this process or another. */
export function createChangeSignal(options: ChangeSignalOptions): ChangeSignal {
  const { wakeFile, head, dataVersion, onFailure } = options
  closeSync(openSync(wakeFile, 'a', 0o600))
  const listeners = new Set<() => void>()
  let seenHead = head()
  let seenVersion = dataVersion()

  function announce(): boolean {
    const newest = head()
    if (newest === seenHead) return false
    seenHead = newest
    for (const listener of listeners) listener()
    return true
  }

  /** Nobody waits for what a timer or a watch throws: it would end the process. */
  function carefully(look: () => unknown): void {
    try {
      look()
    } catch (error) {
      onFailure?.(error)
    }
  }

  const watched = watchIfPossible(wakeFile, () => carefully(announce))
  const poll = setInterval(() => {
    carefully(() => {
      const version = dataVersion()
      if (version === seenVersion) return
      announce()
      seenVersion = version
    })
  }, POLL_MS)
  poll.unref()

  let touchedMs = -Infinity
  let touching: NodeJS.Timeout | undefined

  function touch(): void {
    touching = undefined
    touchedMs = performance.now()
    const now = new Date()
    // A failure costs others at most one poll.
    utimes(wakeFile, now, now, () => {})
  }

  return {
    committed() {
      if (!announce() || touching !== undefined) return
      const waitMs = touchedMs + TOUCH_EVERY_MS - performance.now()
      if (waitMs <= 0) touch()
      else touching = setTimeout(touch, waitMs)
    },
    subscribe(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    [Symbol.dispose]() {
      clearInterval(poll)
      clearTimeout(touching)
      watched[Symbol.dispose]()
      listeners.clear()
    },
  }
}

/** A watch that breaks, or that the machine does not give, leaves the poll. */
function watchIfPossible(file: string, listener: () => void): Disposable {
  try {
    const watcher = watch(file, { persistent: false }, listener)
    watcher.on('error', () => watcher.close())
    return { [Symbol.dispose]: () => watcher.close() }
  } catch {
    return { [Symbol.dispose]: () => {} }
  }
}
