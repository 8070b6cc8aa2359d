import {
  ProjectNotFoundError,
  taskId,
  type Task,
  type TaskKind,
  type WriteTx,
} from '@sleepless/domain'

import { existingTask } from './existing-task.ts'
import { once, type Idempotency } from './once.ts'
import type { EngineDeps } from './policy.ts'

export interface Submission {
  readonly prompt: string
  readonly kind?: TaskKind | undefined
  readonly project?: string | undefined
  readonly priority?: number | undefined
  readonly notBefore?: Date | undefined
  readonly timeoutMs?: number | undefined
  readonly budgetMicroUsd?: number | undefined
  readonly model?: string | undefined
  readonly requester?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

const DEFAULT_PRIORITY = 50

/**
 * Accepts a task: once this is committed, it will end in exactly one terminal status.
 *
 * @returns the task; the one made before when the idempotency key came before.
 * @throws {ProjectNotFoundError}
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
    () => insertTask(tx, newTask(deps, submission)),
  )
}

function insertTask(tx: WriteTx, task: Task): Task {
  const { id, kind, project, priority, requester, createdAt } = task
  if (project !== undefined && tx.projects.find(project) === undefined) {
    throw new ProjectNotFoundError(project)
  }
  tx.tasks.insert(task)
  tx.events.append({
    type: 'task.submitted',
    at: createdAt,
    taskId: id,
    data: { kind, project, priority, requester },
  })
  return task
}

function newTask({ clock, ids, policy }: EngineDeps, submission: Submission): Task {
  const { prompt, project, notBefore } = submission
  return {
    id: ids.taskId(),
    kind: submission.kind ?? (project === undefined ? 'thought' : 'serious'),
    project,
    prompt,
    status: 'queued',
    priority: submission.priority ?? DEFAULT_PRIORITY,
    model: submission.model,
    timeoutMs: submission.timeoutMs ?? policy.defaultTimeoutMs,
    budgetMicroUsd: submission.budgetMicroUsd,
    requester: submission.requester,
    metadata: submission.metadata,
    attempts: 0,
    tries: 0,
    dueAt: notBefore,
    dueReason: notBefore === undefined ? undefined : 'not-before',
    openAttemptId: undefined,
    cancelRequestedAt: undefined,
    result: undefined,
    failure: undefined,
    createdAt: clock.now(),
    startedAt: undefined,
    finishedAt: undefined,
  }
}
