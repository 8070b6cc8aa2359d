import { rm } from 'node:fs/promises'

import type { TaskId } from '@sleepless/domain'
import { createPass } from '@sleepless/runtime'

import type { ApiDeps } from '../deps.ts'
import { resultsOfTask } from './result-key.ts'

const PORTION = 20
const RETRY_MS = 60_000

type Deps = Pick<ApiDeps, 'store' | 'spool' | 'results' | 'outputTurns'>

/** Removes what a task has left in files. Done again, it changes nothing. */
async function removeFilesOf(
  { store, spool, results, outputTurns }: Deps,
  id: TaskId,
): Promise<void> {
  const attempts = await store.read((tx) => tx.attempts.ofTask(id))
  for (const { id: attemptId } of attempts) {
    // In its turn: output that has not been sealed yet would come back.
    await outputTurns.run(attemptId, () => rm(spool.file(attemptId), { force: true }))
  }
  await results.removeAll(resultsOfTask(id))
  await store.write((tx) => tx.trash.noteFilesGone(id))
}

/**
 * Removes the files of tasks that were purged, now and whenever some are. Which these are is noted in
 * the purge's own transaction, and forgotten once the files are gone: no crash leaves any behind.
 */
export function startRemovingFiles(deps: ApiDeps): Disposable {
  const { store, stopping, logger } = deps

  async function removeAll(): Promise<void> {
    for (;;) {
      const ids = await store.read((tx) => tx.trash.withFiles(PORTION))
      if (ids.length === 0) return
      for (const id of ids) {
        if (stopping.aborted) return
        await removeFilesOf(deps, id)
      }
    }
  }

  const pass = createPass('remove files', removeAll, { logger })
  const changes = store.onChange(() => pass.ask())
  // What failed is tried again, though nothing changes meanwhile.
  const timer = setInterval(() => pass.ask(), RETRY_MS)
  timer.unref()
  pass.ask()
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      changes[Symbol.dispose]()
      pass[Symbol.dispose]()
    },
  }
}
