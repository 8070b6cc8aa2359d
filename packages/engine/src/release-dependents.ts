import {
  isFinal,
  type Dependency,
  type ReadTx,
  type Task,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'

import { existingTask, storedTask } from './existing-task.ts'
import { moveTask } from './move-task.ts'
import type { EngineDeps } from './policy.ts'

// Keeps one transaction short; the caller comes again while there is more.
const MAX_AT_ONCE = 200

/**
 * Tells the tasks that depend on one that has ended: they may start, or they fail or are canceled with
 * it, as they were submitted to.
 *
 * @returns whether there is more to tell.
 */
export function releaseDependents(tx: WriteTx, deps: EngineDeps): boolean {
  const ended = tx.dependencies.nextEnded()
  if (ended === undefined) return false
  const outcome = outcomeOf(storedTask(tx, ended))
  const dependents = tx.dependencies.openDependents(ended, MAX_AT_ONCE)
  tx.dependencies.tell(ended, dependents, outcome)
  if (dependents.length < MAX_AT_ONCE) tx.dependencies.forgetEnded(ended)

  tx.tasks.unblock(dependents)
  if (outcome !== 'succeeded') {
    for (const id of dependents) giveUp(tx, deps, { task: existingTask(tx, id), dependency: ended })
  }
  return needsRelease(tx)
}

/** Whether {@link releaseDependents} would do anything. */
export function needsRelease(tx: ReadTx): boolean {
  return tx.dependencies.nextEnded() !== undefined
}

function outcomeOf({ id, status }: Task): NonNullable<Dependency['outcome']> {
  if (status === 'succeeded' || status === 'failed' || status === 'canceled') return status
  throw new Error(`task ${id} is noted as ended and is ${status}`)
}

function giveUp(
  tx: WriteTx,
  { clock }: EngineDeps,
  { task, dependency }: { readonly task: Task; readonly dependency: TaskId },
): void {
  if (isFinal(task.status) || task.onDependencyFailure === 'run') return
  const now = clock.now()
  if (task.onDependencyFailure === 'skip') {
    moveTask(tx, task, 'cancel', { now, patch: {}, because: { dependency } })
    return
  }
  const failure = {
    code: 'DEPENDENCY_FAILED',
    message: `Task ${dependency} did not succeed.`,
  } as const
  moveTask(tx, task, 'fail', { now, patch: { failure }, because: { dependency } })
}
