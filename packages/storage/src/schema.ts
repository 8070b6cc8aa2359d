import type {
  Actor,
  AgentAvailability,
  AttemptCheckpoint,
  AttemptId,
  AttemptStatus,
  DependencyPolicy,
  DueReason,
  EventType,
  Failure,
  Scope,
  Shortage,
  TaskId,
  TaskKind,
  TaskStatus,
  TokenId,
  TokenKind,
  WorkerId,
  WorkerStatus,
} from '@sleepless/domain'

import { blob, integer, sqliteTable, text } from './drizzle.ts'

/** A task's result as JSON keeps it: absent fields are absent. */
export interface StoredResult {
  readonly summary: string
  readonly commit?: string | undefined
  readonly branch?: string | undefined
  readonly pullRequestUrl?: string | undefined
  readonly costMicroUsd: number
  readonly durationMs: number
  readonly warnings: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

// The tables are made by the migrations; this only tells the query builder about them.

export const projects = sqliteTable('projects', {
  name: text('name').primaryKey(),
  remote: text('remote').notNull(),
  defaultBranch: text('default_branch'),
  concurrency: integer('concurrency'),
  egressRegistries: integer('egress_registries', { mode: 'boolean' }).notNull(),
  egressHosts: text('egress_hosts', { mode: 'json' }).$type<readonly string[]>().notNull(),
  createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
  removedAt: integer('removed_at', { mode: 'timestamp_ms' }),
})

export const tasks = sqliteTable('tasks', {
  id: text('id').$type<TaskId>().primaryKey(),
  kind: text('kind').$type<TaskKind>().notNull(),
  project: text('project'),
  prompt: text('prompt').notNull(),
  status: text('status').$type<TaskStatus>().notNull(),
  priority: integer('priority').notNull(),
  sortKey: integer('sort_key').notNull(),
  partition: integer('partition'),
  executor: text('executor').notNull(),
  labels: text('labels', { mode: 'json' }).$type<readonly string[]>().notNull(),
  model: text('model'),
  timeoutMs: integer('timeout_ms').notNull(),
  budgetMicroUsd: integer('budget_micro_usd'),
  requester: text('requester'),
  metadata: text('metadata', { mode: 'json' }).$type<Json>(),
  attempts: integer('attempts').notNull(),
  tries: integer('tries').notNull(),
  dueAt: integer('due_at', { mode: 'timestamp_ms' }),
  dueReason: text('due_reason').$type<DueReason>(),
  openAttemptId: text('open_attempt_id').$type<AttemptId>(),
  deadline: integer('deadline', { mode: 'timestamp_ms' }),
  onDependencyFailure: text('on_dependency_failure').$type<DependencyPolicy>().notNull(),
  blockers: integer('blockers').notNull(),
  followUpOf: text('follow_up_of').$type<TaskId>(),
  parent: text('parent').$type<TaskId>(),
  cancelRequestedAt: integer('cancel_requested_at', { mode: 'timestamp_ms' }),
  messages: integer('messages').notNull(),
  undeliveredMessages: integer('undelivered_messages').notNull(),
  result: text('result', { mode: 'json' }).$type<StoredResult>(),
  failure: text('failure', { mode: 'json' }).$type<Failure>(),
  createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
  startedAt: integer('started_at', { mode: 'timestamp_ms' }),
  finishedAt: integer('finished_at', { mode: 'timestamp_ms' }),
  trashedAt: integer('trashed_at', { mode: 'timestamp_ms' }),
  purgedAt: integer('purged_at', { mode: 'timestamp_ms' }),
})

export const attempts = sqliteTable('attempts', {
  id: text('id').$type<AttemptId>().primaryKey(),
  taskId: text('task_id').$type<TaskId>().notNull(),
  number: integer('number').notNull(),
  status: text('status').$type<AttemptStatus>().notNull(),
  fence: integer('fence').notNull(),
  pool: text('pool').notNull(),
  workerId: text('worker_id').$type<WorkerId>(),
  sessionId: text('session_id'),
  outputBytes: integer('output_bytes').notNull(),
  reportSeq: integer('report_seq').notNull(),
  costMicroUsd: integer('cost_micro_usd').notNull(),
  failure: text('failure', { mode: 'json' }).$type<Failure>(),
  checkpoint: text('checkpoint', { mode: 'json' }).$type<AttemptCheckpoint>(),
  dispatchedAt: integer('dispatched_at', { mode: 'timestamp_ms' }).notNull(),
  dispatchedTick: integer('dispatched_tick').notNull(),
  claimedAt: integer('claimed_at', { mode: 'timestamp_ms' }),
  stopRequestedAt: integer('stop_requested_at', { mode: 'timestamp_ms' }),
  startedAt: integer('started_at', { mode: 'timestamp_ms' }),
  finishedAt: integer('finished_at', { mode: 'timestamp_ms' }),
  leaseExpiresTick: integer('lease_expires_tick'),
})

export const accessTokens = sqliteTable('access_tokens', {
  id: text('id').$type<TokenId>().primaryKey(),
  kind: text('kind').$type<TokenKind>().notNull(),
  name: text('name').notNull(),
  sha256: text('sha256').notNull(),
  scopes: text('scopes', { mode: 'json' }).$type<readonly Scope[]>().notNull(),
  createdBy: text('created_by').$type<Actor>().notNull(),
  createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
  expiresAt: integer('expires_at', { mode: 'timestamp_ms' }),
  lastUsedAt: integer('last_used_at', { mode: 'timestamp_ms' }),
  revokedAt: integer('revoked_at', { mode: 'timestamp_ms' }),
})

export const messages = sqliteTable('messages', {
  taskId: text('task_id').$type<TaskId>().notNull(),
  number: integer('number').notNull(),
  text: text('text').notNull(),
  receivedAt: integer('received_at', { mode: 'timestamp_ms' }).notNull(),
  attemptId: text('attempt_id').$type<AttemptId>(),
  deliveredAt: integer('delivered_at', { mode: 'timestamp_ms' }),
})

export const events = sqliteTable('events', {
  id: integer('id').primaryKey(),
  type: text('type').$type<EventType>().notNull(),
  at: integer('at', { mode: 'timestamp_ms' }).notNull(),
  taskId: text('task_id').$type<TaskId>(),
  attemptId: text('attempt_id').$type<AttemptId>(),
  data: text('data').notNull(),
  hash: blob('hash', { mode: 'buffer' }).notNull(),
})

export const workers = sqliteTable('workers', {
  id: text('id').$type<WorkerId>().primaryKey(),
  name: text('name').notNull(),
  status: text('status').$type<WorkerStatus>().notNull(),
  concurrency: integer('concurrency').notNull(),
  labels: text('labels', { mode: 'json' }).$type<readonly string[]>().notNull(),
  executors: text('executors', { mode: 'json' })
    .$type<Readonly<Record<string, AgentAvailability>>>()
    .notNull(),
  pool: text('pool').notNull(),
  shortage: text('shortage', { mode: 'json' }).$type<Shortage>(),
  drainRequestedAt: integer('drain_requested_at', { mode: 'timestamp_ms' }),
  joinedAt: integer('joined_at', { mode: 'timestamp_ms' }).notNull(),
  seenAt: integer('seen_at', { mode: 'timestamp_ms' }).notNull(),
  leaseExpiresTick: integer('lease_expires_tick').notNull(),
})

export const effects = sqliteTable('effects', {
  key: text('key').primaryKey(),
  kind: text('kind').notNull(),
  taskId: text('task_id').$type<TaskId>(),
  attemptId: text('attempt_id').$type<AttemptId>(),
  intent: text('intent', { mode: 'json' }).$type<Json>(),
  begunAt: integer('begun_at', { mode: 'timestamp_ms' }).notNull(),
  completedAt: integer('completed_at', { mode: 'timestamp_ms' }),
  result: text('result', { mode: 'json' }).$type<Json>(),
})

export const leaseClock = sqliteTable('lease_clock', {
  onlyRow: integer('only_row').primaryKey(),
  nowMs: integer('now_ms').notNull(),
})
