import { setTimeout as delay } from 'node:timers/promises'

import { backoffMs, type BackoffPolicy } from '@sleepless/domain'

import { ApiError, ApiUnreachableError } from './errors.ts'

/** Between tries to reach a service that may be starting again. */
const RECONNECT: BackoffPolicy = { initialDelayMs: 250, maxDelayMs: 5000 }
const GIVE_UP_AFTER_MS = 10 * 60 * 1000

/** Whether it may pass by itself: the service is gone, starting, or went away in mid-answer. */
function isOutage(error: unknown): boolean {
  if (error instanceof ApiError) return error.status >= 500 || error.status === 429
  // `fetch` reports a body that breaks off as a TypeError.
  return error instanceof ApiUnreachableError || error instanceof TypeError
}

/** The pauses between tries to reach a service that is away. */
export interface Patience {
  /** How long to wait after an end in good order, in milliseconds: a service that stops is not back at once. */
  readonly soonMs: number
  /** The service has answered. */
  reset(): void
  /**
   * @returns how long to wait before the next try, in milliseconds.
   * @throws {unknown} the error itself, when it is no outage or the outage has lasted ten minutes.
   */
  nextDelayMs(error: unknown): number
}

export function createPatience(monotonicMs: () => number = () => performance.now()): Patience {
  let failures = 0
  let outageSince: number | undefined
  return {
    soonMs: RECONNECT.initialDelayMs,
    reset() {
      failures = 0
      outageSince = undefined
    },
    nextDelayMs(error) {
      outageSince ??= monotonicMs()
      if (!isOutage(error) || monotonicMs() - outageSince > GIVE_UP_AFTER_MS) throw error
      failures += 1
      return backoffMs(failures, RECONNECT)
    },
  }
}

/** Resolves after the time, or as soon as the signal is aborted. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(durationMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
