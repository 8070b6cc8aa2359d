import { setTimeout as delay } from 'node:timers/promises'

/**
 * @param work gets a signal that is aborted at the deadline: what it has not begun by then, it must not.
 * @throws what `onLate` makes, when `work` has not settled within `timeoutMs`.
 */
export async function withDeadline<Value>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Value>,
  onLate: () => Error,
): Promise<Value> {
  const late = new AbortController()
  const done = new AbortController()
  const deadline = async (): Promise<never> => {
    await delay(timeoutMs, undefined, { signal: done.signal })
    late.abort()
    throw onLate()
  }
  try {
    return await Promise.race([work(late.signal), deadline()])
  } finally {
    done.abort()
  }
}

/** Waits for work whose failure changes nothing, and not for long. */
export async function settleWithin(timeoutMs: number, work: PromiseLike<unknown>): Promise<void> {
  await withDeadline(
    timeoutMs,
    async () => void (await work),
    () => new Error('too late'),
  ).catch(() => undefined)
}
