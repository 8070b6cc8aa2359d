import type { WorkerDeps } from './deps.ts'
import type { Heartbeats } from './heartbeats.ts'
import { pause } from './pause.ts'

// The service gives a second to be heard again.
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 2000

/**
 * Keeps the worker's stream open: the service sees by its end, sooner than by any lease, that the
 * worker is gone.
 */
export function keepConnected(
  { api, logger }: Pick<WorkerDeps, 'api' | 'logger'>,
  heartbeats: Pick<Heartbeats, 'now'>,
): AsyncDisposable {
  const stopping = new AbortController()
  const { signal } = stopping

  async function connectOnce(isAgain: boolean): Promise<boolean> {
    try {
      const { closed } = await api.connect(signal)
      // The end of the stream before has shortened the leases.
      if (isAgain) heartbeats.now()
      await closed
      return true
    } catch (error) {
      if (!signal.aborted) logger.debug({ err: error }, 'no stream')
      return false
    }
  }

  async function stayConnected(): Promise<void> {
    let delayMs = FIRST_DELAY_MS
    for (let isAgain = false; !signal.aborted; isAgain = true) {
      delayMs = (await connectOnce(isAgain)) ? FIRST_DELAY_MS : Math.min(delayMs * 2, MAX_DELAY_MS)
      // Workers that lost the same service must not all come back in the same moment.
      await pause(delayMs * (0.5 + Math.random()), signal)
    }
  }

  const ended = stayConnected()
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await ended
    },
  }
}
