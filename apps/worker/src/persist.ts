import { ApiError, ApiUnreachableError } from '@sleepless/contracts'

import { pause } from './pause.ts'

const FIRST_DELAY_MS = 200
// Whoever comes back must not be waited for: an order in hand is nobody else's meanwhile.
const MAX_DELAY_MS = 2000

/** How long one question is asked again and again, in milliseconds. */
export interface Patience {
  /** While nobody answers, or the answer is that it can't be done at present (503). */
  readonly awayMs: number
  /** While each answer is that something went wrong there (other 5xx): it may be the question. */
  readonly brokenMs: number
}

const MINUTE_MS = 60_000

const DEFAULT_PATIENCE: Patience = { awayMs: 24 * 60 * MINUTE_MS, brokenMs: 5 * MINUTE_MS }

/** The service gave no answer that is of any use for too long. */
export class WaitedTooLongError extends Error {
  override readonly name = 'WaitedTooLongError'
  readonly code = 'WAITED_TOO_LONG'
}

export interface PersistOptions {
  readonly signal: AbortSignal
  readonly patience?: Patience | undefined
  /** Called before each pause, with the reason for it. */
  readonly onRetry?: (error: Error) => void
}

/**
 * Asks the service until it answers: while it is out of reach, agents go on and reports wait.
 *
 * @throws what the answer says when it is a refusal, the signal's reason once that is aborted, and
 *   {@link WaitedTooLongError} when patience is at its end.
 */
export async function persist<T>(
  ask: () => Promise<T>,
  { signal, patience = DEFAULT_PATIENCE, onRetry }: PersistOptions,
): Promise<T> {
  const startedMs = performance.now()
  let brokenSinceMs: number | undefined
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
    signal.throwIfAborted()
    try {
      return await ask()
    } catch (error) {
      const nowMs = performance.now()
      if (isAway(error)) brokenSinceMs = undefined
      else if (isBroken(error)) brokenSinceMs ??= nowMs
      else throw error
      const isTooLong =
        nowMs - startedMs > patience.awayMs ||
        (brokenSinceMs !== undefined && nowMs - brokenSinceMs > patience.brokenMs)
      if (isTooLong) throw new WaitedTooLongError('no useful answer', { cause: error })
      onRetry?.(error)
    }
    // Workers that lost the same service must not all come back in the same moment.
    await pause(delayMs * (0.5 + Math.random() / 2), signal)
  }
}

/** Nobody answered, or somebody who cannot at present. */
function isAway(error: unknown): error is Error {
  return error instanceof ApiUnreachableError || (error instanceof ApiError && error.status === 503)
}

function isBroken(error: unknown): error is Error {
  return error instanceof ApiError && error.status >= 500
}
