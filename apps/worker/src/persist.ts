import { ApiError, ApiUnreachableError } from '@sleepless/contracts'

const FIRST_DELAY_MS = 200
const MAX_DELAY_MS = 5000

export interface PersistOptions {
  readonly signal: AbortSignal
  /** Called before each pause, with the reason for it. */
  readonly onRetry?: (error: Error) => void
}

/**
 * Asks the service until it answers: while it is out of reach, agents go on and reports wait.
 *
 * @throws what the answer says when it is a refusal, and the signal's reason once that is aborted.
 */
export async function persist<T>(
  ask: () => Promise<T>,
  { signal, onRetry }: PersistOptions,
): Promise<T> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
    signal.throwIfAborted()
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error)) throw error
      onRetry?.(error)
    }
    await pause(delayMs, signal)
  }
}

/** Nobody answered, or somebody who cannot at present. */
function isPassing(error: unknown): error is Error {
  return error instanceof ApiUnreachableError || (error instanceof ApiError && error.status >= 500)
}

/** Resolves early, without an error, when the signal is aborted. */
function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, delayMs)
    signal.addEventListener('abort', done)
  })
}
