import { setTimeout as delay } from 'node:timers/promises'

/** Resolves after the time, or as soon as the signal is aborted. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(durationMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
