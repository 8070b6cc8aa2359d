import type { WorkerDeps } from '../deps.ts'
import type { Inheritance, JournalFolder } from '../journal/journal-folder.ts'
import { pause } from '../pause.ts'
import type { WorkerTiming } from '../timing.ts'
import { recover } from './recover.ts'

/**
 * Goes through what dead workers of this home have left, now and whenever another one has died: their
 * work is kept, and the service is told what they could not tell any more. Disposing of it stops that;
 * what is left then is for the next worker.
 */
export function startRecovery(
  deps: WorkerDeps,
  journals: JournalFolder,
  { recoverEveryMs }: Pick<WorkerTiming, 'recoverEveryMs'>,
): AsyncDisposable {
  const { logger } = deps
  const stopping = new AbortController()
  const { signal } = stopping
  const inHand = new Map<string, Promise<void>>()

  async function recoverOne(inheritance: Inheritance): Promise<void> {
    const { workerId } = inheritance
    try {
      const { attempts } = await recover(deps, inheritance, signal)
      logger.info({ deadWorkerId: workerId, attempts }, 'dead worker recovered')
    } catch (error) {
      if (signal.aborted) return
      logger.warn({ err: error, deadWorkerId: workerId }, 'dead worker not recovered')
    }
  }

  async function look(): Promise<void> {
    try {
      for (const inheritance of await journals.inherit()) {
        const { workerId } = inheritance
        // What could not be recovered waits for the next start.
        if (!inHand.has(workerId)) inHand.set(workerId, recoverOne(inheritance))
      }
    } catch (error) {
      logger.warn({ err: error }, 'dead workers not looked for')
    }
  }

  async function lookAgainAndAgain(): Promise<void> {
    while (!signal.aborted) {
      await look()
      await pause(recoverEveryMs, signal)
    }
  }

  const looking = lookAgainAndAgain()
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await looking
      await Promise.all(inHand.values())
    },
  }
}
