import { hash } from 'node:crypto'

import {
  DEFAULT_EXECUTOR,
  normalizeLabels,
  ProjectNotFoundError,
  requestText,
  sortKeyOf,
  taskId,
  type DependencyPolicy,
  type Task,
  type TaskId,
  type TaskKind,
  type WriteTx,
} from '@sleepless/domain'

import { existingTask } from './existing-task.ts'
import { endedTask, followUp } from './follow-up.ts'
import { once, type Idempotency } from './once.ts'
import type { EngineDeps } from './policy.ts'
import { addDependencies, assertRelations } from './relations.ts'
import { readSettings } from './settings.ts'

export interface Submission {
  readonly prompt: string
  readonly kind?: TaskKind | undefined
  readonly project?: string | undefined
  readonly priority?: number | undefined
  readonly notBefore?: Date | undefined
  readonly timeoutMs?: number | undefined
  readonly budgetMicroUsd?: number | undefined
  readonly model?: string | undefined
  /** Default: the agent. */
  readonly executor?: string | undefined
  /** What its worker must have. */
  readonly labels?: readonly string[] | undefined
  readonly dependsOn?: readonly TaskId[] | undefined
  readonly onDependencyFailure?: DependencyPolicy | undefined
  /** Fails the task when it has not started by then. */
  readonly deadline?: Date | undefined
  readonly followUpOf?: TaskId | undefined
  readonly parent?: TaskId | undefined
  readonly requester?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

const DEFAULT_PRIORITY = 50

type Defaults = Pick<Task, 'priority' | 'timeoutMs' | 'model'>

/**
 * Accepts a task: once this is committed, it will end in exactly one terminal status.
 *
 * @returns the task; the one made before when the idempotency key came before.
 * @throws {ProjectNotFoundError}
 * @throws {RelatedTaskNotFoundError}
 * @throws {TaskNotEndedError} when it should follow a task that has not ended.
 * @throws {DependencyCycleError} when it would wait for itself.
 * @throws {IdempotencyKeyReusedError} when the key came before with another body.
 */
export function submit(
  tx: WriteTx,
  deps: EngineDeps,
  submission: Submission,
  idempotency?: Idempotency,
): Task {
  return once(
    tx,
    {
      scope: 'task.submit',
      idempotency,
      at: deps.clock.now(),
      subjectOf: ({ id }) => id,
      recall: (id) => existingTask(tx, taskId(id)),
    },
    () => insertTask(tx, deps, completed(tx, submission)),
  )
}

function completed(tx: WriteTx, submission: Submission): Submission {
  const { followUpOf } = submission
  return followUpOf === undefined ? submission : followUp(submission, endedTask(tx, followUpOf))
}

function insertTask(tx: WriteTx, deps: EngineDeps, submission: Submission): Task {
  const dependsOn = [...new Set(submission.dependsOn)]
  const task = newTask(deps, submission, {
    ...defaultsFor(tx, deps, submission),
    blockers: dependsOn.length,
  })
  const { id, kind, project, priority, executor, requester, createdAt } = task
  if (project !== undefined && tx.projects.find(project) === undefined) {
    throw new ProjectNotFoundError(project)
  }
  assertRelations(tx, task, dependsOn)
  tx.tasks.insert(task)
  addDependencies(tx, id, dependsOn)
  tx.events.append({
    type: 'task.submitted',
    at: createdAt,
    taskId: id,
    data: {
      kind,
      project,
      priority,
      requester,
      executor,
      dependsOn: dependsOn.length === 0 ? undefined : dependsOn,
      followUpOf: task.followUpOf,
      requestSha256: hash('sha256', requestText({ ...task, deadline: task.deadline?.getTime() })),
    },
  })
  return task
}

/** What it does not say itself is as the owner has set it. */
function defaultsFor(
  tx: WriteTx,
  { policy }: EngineDeps,
  { priority, timeoutMs, model, executor = DEFAULT_EXECUTOR }: Submission,
): Defaults {
  const settings = readSettings(tx)
  return {
    priority: priority ?? settings.defaultPriority ?? DEFAULT_PRIORITY,
    timeoutMs: timeoutMs ?? settings.defaultTimeoutMs ?? policy.defaultTimeoutMs,
    // Programs that are no agent ask no model.
    model: model ?? (executor === DEFAULT_EXECUTOR ? settings.defaultModel : undefined),
  }
}

function newTask(
  { clock, ids }: EngineDeps,
  submission: Submission,
  { priority, timeoutMs, model, blockers }: Defaults & Pick<Task, 'blockers'>,
): Task {
  const { prompt, project, notBefore } = submission
  const createdAt = clock.now()
  return {
    id: ids.taskId(),
    kind: submission.kind ?? (project === undefined ? 'thought' : 'serious'),
    project,
    prompt,
    status: 'queued',
    priority,
    sortKey: sortKeyOf(priority, createdAt),
    executor: submission.executor ?? DEFAULT_EXECUTOR,
    labels: normalizeLabels(submission.labels ?? []),
    model,
    timeoutMs,
    budgetMicroUsd: submission.budgetMicroUsd,
    requester: submission.requester,
    metadata: submission.metadata,
    attempts: 0,
    tries: 0,
    dueAt: notBefore,
    dueReason: notBefore === undefined ? undefined : 'not-before',
    openAttemptId: undefined,
    deadline: submission.deadline,
    onDependencyFailure: submission.onDependencyFailure ?? 'fail',
    blockers,
    followUpOf: submission.followUpOf,
    parent: submission.parent,
    cancelRequestedAt: undefined,
    messages: 0,
    undeliveredMessages: 0,
    result: undefined,
    failure: undefined,
    createdAt,
    startedAt: undefined,
    finishedAt: undefined,
    trashedAt: undefined,
    purgedAt: undefined,
  }
}
