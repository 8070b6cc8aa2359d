import type { AttemptId } from '@sleepless/domain'
import { createPass } from '@sleepless/runtime'

import type { ApiDeps } from '../deps.ts'
import { resultKey } from './result-key.ts'

/** Moves the output of an attempt from the spool to the results store, once the attempt is over. */
async function sealOutput(
  { store, spool, results }: Pick<ApiDeps, 'store' | 'spool' | 'results'>,
  id: AttemptId,
): Promise<void> {
  const attempt = await store.read((tx) => tx.attempts.find(id))
  if (attempt?.finishedAt === undefined) return
  await results.moveIn(spool.file(id), resultKey(attempt, 'output.txt'))
}

// Nobody waits for it, and each pass reads a folder.
const PAUSE_MS = 250

/** Seals what is over, now and whenever something ends. What fails is tried again. */
export function startSealing(deps: ApiDeps): Disposable {
  const { store, spool, outputTurns, stopping, logger } = deps

  async function sealAll(): Promise<void> {
    for (const attemptId of await spool.list()) {
      if (stopping.aborted) return
      try {
        await outputTurns.run(attemptId, () => sealOutput(deps, attemptId))
      } catch (error) {
        if (!stopping.aborted) logger.error({ err: error, attemptId }, 'output not sealed')
      }
    }
  }

  const pass = createPass('seal outputs', sealAll, { logger, pauseMs: PAUSE_MS })
  const changes = store.onChange(() => pass.ask())
  pass.ask()
  return {
    [Symbol.dispose]() {
      changes[Symbol.dispose]()
      pass[Symbol.dispose]()
    },
  }
}
