import type { AttemptId, TaskId } from './ids.ts'

export const EVENT_TYPES = [
  'task.submitted',
  'task.requeued',
  'task.cancel-requested',
  'task.succeeded',
  'task.failed',
  'task.canceled',
  'task.trashed',
  'task.restored',
  'task.purged',
  'message.received',
  'message.delivered',
  'attempt.dispatched',
  'attempt.expired',
  'attempt.claimed',
  'attempt.started',
  'attempt.ready',
  'attempt.acted',
  'attempt.output',
  'attempt.warned',
  'attempt.checkpointed',
  'attempt.finished',
  'usage.recorded',
  'quota.exhausted',
  'budget.exhausted',
  'project.created',
  'project.changed',
  'project.removed',
  'settings.changed',
  'token.created',
  'token.rotated',
  'token.revoked',
  'session.offered',
  'session.opened',
  'session.closed',
  'service.paused',
  'service.resumed',
  'service.stopped',
  'service.restored',
  'worker.joined',
  'worker.changed',
  'worker.drain-requested',
  'worker.drain-revoked',
  'worker.silent',
  'worker.lost',
  'worker.left',
  'effect.begun',
  'effect.completed',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** What is appended to the log: the log itself gives the id. */
export interface NewEvent {
  readonly type: EventType
  readonly at: Date
  readonly taskId?: TaskId
  readonly attemptId?: AttemptId
  readonly data: Readonly<Record<string, unknown>>
}

export interface LoggedEvent {
  /** From 1, in the order of commits; without gaps, but where a restore began a new epoch. */
  readonly id: number
  readonly type: EventType
  readonly at: Date
  readonly taskId: TaskId | undefined
  readonly attemptId: AttemptId | undefined
  readonly data: Readonly<Record<string, unknown>>
}
