import type { StoreFailureError } from './store-failure.ts'

/** Whether the database takes writes at present. */
export interface StoreHealth {
  /** What keeps it from them; absent while all is well. */
  readonly failure: StoreFailureError | undefined
  /** Called with each failure that begins, and with undefined when it has passed. */
  onChange(listener: (failure: StoreFailureError | undefined) => void): Disposable
}

export interface StoreHealthMonitor extends StoreHealth, Disposable {
  /** A failure was met. One that is damaged stays so: its readers and writers must know. */
  note(failure: StoreFailureError): void
}

/** How soon it is noticed that a failure has passed. */
const PROBE_EVERY_MS = 500

/** @param probe writes something harmless; resolves when that is on disk. */
export function createStoreHealth(probe: () => Promise<void>): StoreHealthMonitor {
  const listeners = new Set<(failure: StoreFailureError | undefined) => void>()
  let failure: StoreFailureError | undefined
  let timer: NodeJS.Timeout | undefined
  let isDisposed = false

  function change(next: StoreFailureError | undefined): void {
    const isNews = failure?.code !== next?.code
    failure = next
    if (isNews) for (const listener of listeners) listener(next)
  }

  function probeLater(): void {
    if (isDisposed) return
    timer = setTimeout(() => void tryAgain(), PROBE_EVERY_MS)
    timer.unref()
  }

  async function tryAgain(): Promise<void> {
    try {
      await probe()
      timer = undefined
      if (failure?.code !== 'STORE_CORRUPT') change(undefined)
    } catch {
      probeLater()
    }
  }

  return {
    get failure() {
      return failure
    },
    onChange(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    note(next) {
      if (isDisposed || failure?.code === 'STORE_CORRUPT') return
      change(next)
      if (next.code === 'STORE_CORRUPT') {
        clearTimeout(timer)
        return
      }
      if (timer === undefined) probeLater()
    },
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
      listeners.clear()
    },
  }
}
