import type { Attempt, ReadTx, TaskId, Usage } from '@sleepless/domain'

/** What an attempt cost, once this is told of it too: reports, a checkpoint and the end tell in any order. */
export function costOf(
  { costMicroUsd }: Pick<Attempt, 'costMicroUsd'>,
  told: Pick<Usage, 'costMicroUsd'>,
): number {
  return Math.max(costMicroUsd, told.costMicroUsd)
}

/** What all attempts of a task cost so far, in micro-dollars. */
export function costOfTask(tx: ReadTx, id: TaskId): number {
  return tx.attempts.ofTask(id).reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0)
}
