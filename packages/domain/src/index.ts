export { isAgentUnavailable } from './agent.ts'
export type { AgentAvailability, AgentUnavailableCode } from './agent.ts'
export { ATTEMPT_STATUSES, attemptTransitions, transitionAttempt } from './attempt.ts'
export type { Attempt, AttemptMove, AttemptStatus } from './attempt.ts'
export { backoffMs, type BackoffPolicy } from './backoff.ts'
export { decide, type Decision } from './decide.ts'
export {
  DomainError,
  IdempotencyKeyReusedError,
  InvalidIdError,
  InvalidTransitionError,
  LeaseLostError,
  OutputGapError,
  ProjectExistsError,
  ProjectNotFoundError,
  TaskNotFoundError,
  WorkspaceError,
} from './errors.ts'
export { EVENT_TYPES, type EventType, type LoggedEvent, type NewEvent } from './event.ts'
export { freeSlots, type Facts, type WorkerFact } from './facts.ts'
export { FAILURE_CODES, failureReasons } from './failures.ts'
export type { Failure, FailureCode, FailureReason } from './failures.ts'
export type { Wait, WaitReason } from './gates/gate.ts'
export { attemptId, taskId, workerId, type AttemptId, type TaskId, type WorkerId } from './ids.ts'
export type { AbandonedOutcome, AttemptOutcome, Usage } from './outcome.ts'
export type { Clock } from './ports/clock.ts'
export type {
  AgentContext,
  AgentEvent,
  AgentOrder,
  AgentOutcome,
  Executor,
} from './ports/executor.ts'
export type { IdSource } from './ports/ids.ts'
export type { ControlMessage, Order, OrderConsumer, OrderHandler, Queue } from './ports/queue.ts'
export type {
  AttemptPatch,
  Effect,
  EventFilter,
  IdempotentAnswer,
  Page,
  ReadTx,
  Store,
  TaskFilter,
  TaskPatch,
  WriteTx,
} from './ports/store.ts'
export type {
  Commit,
  CommitRequest,
  Workspace,
  WorkspaceRequest,
  Workspaces,
} from './ports/workspaces.ts'
export type { Project } from './project.ts'
export { settle, type RetryPolicy, type Settlement, type SettlingMove } from './settle.ts'
export { isFinal, TASK_STATUSES, taskTransitions, transitionTask } from './task.ts'
export type { DueReason, Task, TaskKind, TaskMove, TaskResult, TaskStatus } from './task.ts'
export type { Worker, WorkerStatus } from './worker.ts'
