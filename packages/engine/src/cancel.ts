import {
  IdempotencyKeyReusedError,
  transitionTask,
  type AttemptId,
  type Order,
  type Task,
  type TaskId,
  type WorkerId,
  type WriteTx,
} from '@sleepless/domain'

import { closeOrder } from './close-order.ts'
import { existingTask } from './existing-task.ts'
import { moveTask } from './move-task.ts'
import { once, type Idempotency } from './once.ts'
import type { EngineDeps } from './policy.ts'

export interface Cancellation {
  /** An order that need not be delivered any more. */
  readonly withdraw?: Pick<Order, 'attemptId' | 'pool'>
  /** The worker whose agent must stop; the task is canceled when it has. */
  readonly stop?: { readonly workerId: WorkerId; readonly attemptId: AttemptId }
}

/**
 * Cancels a task: at once when nothing runs, else as soon as its agent has stopped.
 *
 * @returns what remains to be done once this is committed.
 * @throws {TaskNotFoundError}
 * @throws {InvalidTransitionError} when the task has ended.
 * @throws {IdempotencyKeyReusedError} when the key came before for something else.
 */
export function cancel(
  tx: WriteTx,
  { clock }: EngineDeps,
  id: TaskId,
  idempotency?: Idempotency,
): Cancellation {
  const now = clock.now()
  const scope = { scope: 'task.cancel', idempotency, at: now, subjectOf: () => id }
  return once(tx, { ...scope, recall: (subject) => doneBefore(subject, id) }, () =>
    cancelNow(tx, id, now),
  )
}

function doneBefore(canceled: string, id: TaskId): Cancellation {
  if (canceled !== id) throw new IdempotencyKeyReusedError()
  return {}
}

function cancelNow(tx: WriteTx, id: TaskId, now: Date): Cancellation {
  const task = existingTask(tx, id)
  transitionTask(task.status, 'cancel')
  if (task.status === 'running') return requestStop(tx, task, now)

  const open = closeOrder(tx, task, now)
  moveTask(tx, task, 'cancel', { now, patch: { openAttemptId: undefined } })
  return open === undefined ? {} : { withdraw: { attemptId: open.id, pool: open.pool } }
}

function requestStop(tx: WriteTx, task: Task, now: Date): Cancellation {
  if (task.cancelRequestedAt === undefined) {
    tx.tasks.update(task.id, task.status, { cancelRequestedAt: now })
    tx.events.append({ type: 'task.cancel-requested', at: now, taskId: task.id, data: {} })
  }
  const attempt = task.openAttemptId && tx.attempts.find(task.openAttemptId)
  if (attempt?.workerId === undefined) return {}
  return { stop: { workerId: attempt.workerId, attemptId: attempt.id } }
}
