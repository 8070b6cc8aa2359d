import {
  isFinal,
  transitionTask,
  type EventType,
  type SettlingMove,
  type Task,
  type TaskPatch,
  type WriteTx,
} from '@sleepless/domain'

const eventTypes: Readonly<Record<SettlingMove, EventType>> = {
  succeed: 'task.succeeded',
  fail: 'task.failed',
  cancel: 'task.canceled',
  requeue: 'task.requeued',
}

export interface MoveOptions {
  readonly now: Date
  readonly patch: TaskPatch
  /** What else the event should tell. */
  readonly because?: Readonly<Record<string, unknown>>
}

/**
 * Moves a task to its next status, with the event that says so.
 *
 * @throws {InvalidTransitionError} when the state machine has no such move.
 */
export function moveTask(
  tx: WriteTx,
  task: Task,
  move: SettlingMove,
  { now, patch, because = {} }: MoveOptions,
): void {
  const status = transitionTask(task.status, move)
  const finishedAt = isFinal(status) ? { finishedAt: now } : {}
  tx.tasks.update(task.id, task.status, { ...patch, status, ...finishedAt })
  if (isFinal(status) && tx.dependencies.hasOpenDependents(task.id)) {
    tx.dependencies.noteEnded(task.id)
  }
  const { result, failure, dueAt } = patch
  tx.events.append({
    type: eventTypes[move],
    at: now,
    taskId: task.id,
    data: {
      ...(result && { commit: result.commit, branch: result.branch, summary: result.summary }),
      ...(failure && { code: failure.code, message: failure.message }),
      ...(dueAt && { retryAt: dueAt.toISOString() }),
      ...because,
    },
  })
}
