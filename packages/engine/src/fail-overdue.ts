import type { ReadTx, WriteTx } from '@sleepless/domain'

import { closeOrder } from './close-order.ts'
import { moveTask } from './move-task.ts'
import type { EngineDeps } from './policy.ts'

// Keeps one transaction short; the caller comes again while there is more.
const MAX_AT_ONCE = 100

/**
 * Fails tasks whose deadline came before they had started.
 *
 * @returns whether there may be more of them.
 */
export function failOverdue(tx: WriteTx, { clock }: EngineDeps): boolean {
  const now = clock.now()
  const overdue = tx.tasks.overdue(now, MAX_AT_ONCE)
  for (const task of overdue) {
    closeOrder(tx, task, now)
    const failure = {
      code: 'DEADLINE_PASSED',
      message: `It had not started by ${task.deadline?.toISOString()}.`,
    } as const
    moveTask(tx, task, 'fail', { now, patch: { failure, openAttemptId: undefined } })
  }
  return overdue.length === MAX_AT_ONCE
}

/** Whether {@link failOverdue} would do anything. */
export function hasOverdue(tx: ReadTx, { clock }: EngineDeps): boolean {
  return tx.tasks.overdue(clock.now(), 1).length > 0
}
