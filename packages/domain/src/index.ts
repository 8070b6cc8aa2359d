export {
  LoginVoidError,
  SecretShownError,
  TokenExistsError,
  TokenNotFoundError,
} from './access-errors.ts'
export { isInForce, mayDo, SCOPES } from './access-token.ts'
export type { AccessToken, Actor, Scope, TokenKind } from './access-token.ts'
export { isAgentUnavailable } from './agent.ts'
export type { AgentAvailability, AgentUnavailableCode } from './agent.ts'
export { ATTEMPT_STATUSES, attemptTransitions, transitionAttempt } from './attempt.ts'
export type { Attempt, AttemptMove, AttemptStatus } from './attempt.ts'
export { compareHistory, type Difference, type TaskRows } from './audit/compare-history.ts'
export { requestText, type Request } from './audit/request-text.ts'
export { afterEvent, NO_HISTORY } from './audit/task-history.ts'
export type { Fact, HistoryEvent, RowFacts, TaskHistory } from './audit/task-history.ts'
export type {
  AttemptCheckpoint,
  CommittedCheckpoint,
  SessionRecord,
  WorkingCheckpoint,
} from './checkpoint.ts'
export { backoffMs, type BackoffPolicy } from './backoff.ts'
export {
  dayOf,
  MIN_ALLOWANCE_MICRO_USD,
  nextDayAfter,
  ungrantedOf,
  unspentOf,
  type BudgetFact,
} from './daily-budget.ts'
export { decide, decideShared, type Decision } from './decide.ts'
export { assertNoCycle } from './dependency-graph.ts'
export {
  DependencyCycleError,
  DomainError,
  ExecutorUnavailableError,
  IdempotencyKeyReusedError,
  InvalidIdError,
  InvalidTransitionError,
  LeaseLostError,
  MessageNotFoundError,
  MessageTooLateError,
  OutputGapError,
  PreconditionFailedError,
  ProjectExistsError,
  ProjectInUseError,
  ProjectNotFoundError,
  PushError,
  RelatedTaskNotFoundError,
  SandboxError,
  TaskActiveError,
  TaskNotEndedError,
  TaskNotFoundError,
  TooManyMessagesError,
  WorkerDrainingError,
  WorkerGoneError,
  WorkerNotFoundError,
  WorkspaceError,
  type RelationField,
} from './errors.ts'
export { EVENT_TYPES, type EventType, type LoggedEvent, type NewEvent } from './event.ts'
export { afterDispatch, runningOf, shareOf } from './facts.ts'
export type { Facts, Pause, ProjectFact, WorkerFact } from './facts.ts'
export { FAILURE_CODES, failureReasons } from './failures.ts'
export type { Failure, FailureCode, FailureReason, PushFailureCode } from './failures.ts'
export { WAIT_REASONS, type Wait, type WaitReason } from './gates/gate.ts'
export { attemptId, taskId, tokenId, workerId } from './ids.ts'
export type { AttemptId, TaskId, TokenId, WorkerId } from './ids.ts'
export { ableExecutors, hasLabels, normalizeLabels, poolOf } from './labels.ts'
export { earliest, nextOpening } from './opening.ts'
export { isMetered } from './metered.ts'
export { MAX_TASK_MESSAGE_CHARACTERS, MAX_TASK_MESSAGES, type Message } from './message.ts'
export type { AbandonedOutcome, AttemptOutcome, Usage } from './outcome.ts'
export type { Branches, BranchPush, ProjectBranch, ReceivedCommit } from './ports/branches.ts'
export type { Clock } from './ports/clock.ts'
export type { Egress, EgressAccess, EgressRequest } from './ports/egress.ts'
export type {
  AgentContext,
  AgentEvent,
  AgentMessage,
  AgentOrder,
  AgentOutcome,
  Executor,
  ExecutorCapabilities,
  ExecutorRegistry,
  SessionMoment,
  SessionToResume,
} from './ports/executor.ts'
export type {
  Allowance,
  Allowances,
  Credential,
  ModelAccess,
  ModelAccessRequest,
  ModelGateway,
  ModelUse,
  Quota,
  QuotaWindow,
} from './ports/model-gateway.ts'
export type { Effect } from './ports/effect.ts'
export type { IdSource } from './ports/ids.ts'
export type {
  ConsumeOptions,
  ControlMessage,
  Order,
  OrderConsumer,
  OrderHandler,
  Queue,
} from './ports/queue.ts'
export { SANDBOX_PATHS } from './ports/sandbox.ts'
export type {
  EnclosedCommand,
  EnclosedSocket,
  Enclosure,
  LimitInForce,
  LimitMechanism,
  Sandbox,
  SandboxAvailability,
  SandboxLimit,
} from './ports/sandbox.ts'
export type { EndCount, EndStatus, ReportScope, TaskDigest } from './ports/reports.ts'
export type { DaySpend, DayUse, KnownQuota } from './ports/spending.ts'
export type {
  AttemptPatch,
  Dependency,
  EventFilter,
  IdempotentAnswer,
  Leader,
  Page,
  ReadTx,
  ScannedEvents,
  Store,
  TaskPatch,
  WriteTx,
} from './ports/store.ts'
export type { SearchNews, TaskFilter, TaskPage, TrashPosition } from './ports/task-lists.ts'
export type {
  Commit,
  CommitRequest,
  EarlierWork,
  Scratch,
  Salvage,
  Workspace,
  WorkspaceRequest,
  Workspaces,
  WorkSnapshot,
} from './ports/workspaces.ts'
export { DEFAULT_EGRESS, type EgressRules, type Project, type ProjectPatch } from './project.ts'
export { settle } from './settle.ts'
export type { Circumstances, RetryPolicy, Settlement, SettlingMove } from './settle.ts'
export { AGING_MS_PER_POINT, shareKeyOf, sortKeyOf } from './sort-key.ts'
export {
  DEFAULT_EXECUTOR,
  DEPENDENCY_POLICIES,
  isFinal,
  TASK_STATUSES,
  taskTransitions,
  transitionTask,
} from './task.ts'
export type {
  DependencyPolicy,
  DueReason,
  SharedTraits,
  Task,
  TaskKind,
  TaskMove,
  TaskResult,
  TaskStatus,
} from './task.ts'
export type { Shortage, Worker, WorkerStatus } from './worker.ts'
