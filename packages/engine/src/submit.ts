import {
  IdempotencyKeyReusedError,
  ProjectNotFoundError,
  taskId,
  TaskNotFoundError,
  type Task,
  type TaskKind,
  type WriteTx,
} from '@sleepless/domain'

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

/** Makes repetitions of one request harmless. */
export interface Idempotency {
  readonly key: string
  /** Of the request's body, as hex. */
  readonly bodySha256: string
}

const SCOPE = 'task.submit'
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
  const earlier = idempotency && answeredBefore(tx, idempotency)
  if (earlier !== undefined) return earlier

  const task = newTask(deps, submission)
  if (task.project !== undefined && tx.projects.find(task.project) === undefined) {
    throw new ProjectNotFoundError(task.project)
  }
  tx.tasks.insert(task)
  const { id, kind, project, priority, requester, createdAt } = task
  tx.events.append({
    type: 'task.submitted',
    at: createdAt,
    taskId: id,
    data: { kind, project, priority, requester },
  })
  if (idempotency !== undefined) {
    const { key, bodySha256 } = idempotency
    tx.idempotency.insert(SCOPE, key, { bodySha256, subject: id, at: createdAt })
  }
  return task
}

function answeredBefore(tx: WriteTx, { key, bodySha256 }: Idempotency): Task | undefined {
  const answer = tx.idempotency.find(SCOPE, key)
  if (answer === undefined) return undefined
  if (answer.bodySha256 !== bodySha256) throw new IdempotencyKeyReusedError()
  const task = tx.tasks.find(taskId(answer.subject))
  if (task === undefined) throw new TaskNotFoundError(answer.subject)
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
