import { setTimeout as delay } from 'node:timers/promises'

export interface WaitForOptions {
  /** What is waited for, as in "the task to end": for the error's message. */
  readonly description: string
  /** Default 30,000: what is bound to come, may come late on a busy machine. */
  readonly timeoutMs?: number
  /** Between the end of one probe and the next. Default 20. */
  readonly intervalMs?: number
}

/** What was waited for did not come in time. `cause` is the last error of the probe, if any. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError'
}

type Found<Value> = Exclude<Value, undefined | false>

function isFound<Value>(value: Value): value is Found<Value> {
  return value !== undefined && value !== false
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Probes until the answer is something other than undefined or false. An error of the probe counts
 * as "not yet". A probe that hangs is given up at the deadline.
 *
 * @throws {WaitTimeoutError} with the description and the last error.
 */
export async function waitFor<Value>(
  probe: () => Value | Promise<Value>,
  { description, timeoutMs = 30_000, intervalMs = 20 }: WaitForOptions,
): Promise<Found<Value>> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const late = new Promise<undefined>((resolve) => {
    deadline.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  let lastError: unknown
  do {
    try {
      const value = await Promise.race([Promise.resolve().then(probe), late])
      if (isFound(value)) return value
      if (!deadline.aborted) lastError = undefined
    } catch (error) {
      lastError = error
    }
    await delay(intervalMs)
  } while (!deadline.aborted)
  const seen = lastError === undefined ? '' : `; last error: ${messageOf(lastError)}`
  throw new WaitTimeoutError(`waited ${timeoutMs} ms for ${description}${seen}`, {
    cause: lastError,
  })
}
