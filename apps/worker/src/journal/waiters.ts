/** Those who wait for something to change. */
export interface Waiters {
  /** Something has changed. */
  notify(): void
  /** Resolves when it is so, or nobody wants to know any more. */
  until(isSo: () => boolean, signal: AbortSignal): Promise<void>
}

export function createWaiters(): Waiters {
  let waiting: (() => void)[] = []

  function notify(): void {
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }

  return {
    notify,
    async until(isSo, signal) {
      signal.addEventListener('abort', notify)
      while (!isSo() && !signal.aborted) await new Promise<void>((wake) => waiting.push(wake))
      signal.removeEventListener('abort', notify)
    },
  }
}
