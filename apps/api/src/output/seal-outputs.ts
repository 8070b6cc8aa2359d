import type { ApiDeps } from '../deps.ts'
import { resultKey } from './result-key.ts'

/** Moves the output of attempts that are over from the spool to the results store. */
export async function sealOutputs({
  store,
  spool,
  results,
}: Pick<ApiDeps, 'store' | 'spool' | 'results'>): Promise<void> {
  for (const id of await spool.list()) {
    const attempt = await store.read((tx) => tx.attempts.find(id))
    if (attempt?.finishedAt === undefined) continue
    await results.moveIn(spool.file(id), resultKey(attempt, 'output.txt'))
  }
}

/** Seals what is over, now and whenever something ends. */
export function startSealing(deps: ApiDeps): Disposable {
  const { store, logger } = deps
  let isSealing = false
  let isAskedAgain = false

  async function seal(): Promise<void> {
    isAskedAgain = true
    if (isSealing) return
    isSealing = true
    while (isAskedAgain) {
      isAskedAgain = false
      await sealOutputs(deps).catch((error: unknown) => {
        logger.error({ err: error }, 'output not sealed')
      })
    }
    isSealing = false
  }

  void seal()
  return store.onChange(() => void seal())
}
