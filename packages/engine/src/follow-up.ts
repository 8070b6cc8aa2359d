import {
  isFinal,
  RelatedTaskNotFoundError,
  TaskNotEndedError,
  type ReadTx,
  type Task,
  type TaskId,
} from '@sleepless/domain'

import type { Submission } from './submit.ts'

/**
 * A submission that goes on with a task that has ended: what it does not say itself is as it was there.
 *
 * @throws {TaskNotEndedError}
 */
export function followUp(submission: Submission, ended: Task): Submission {
  if (!isFinal(ended.status)) throw new TaskNotEndedError(ended.id, ended.status)
  return {
    project: submission.kind === 'thought' ? undefined : ended.project,
    priority: ended.priority,
    model: ended.model,
    executor: ended.executor,
    labels: ended.labels,
    timeoutMs: ended.timeoutMs,
    budgetMicroUsd: ended.budgetMicroUsd,
    requester: ended.requester,
    ...definedIn(submission),
    followUpOf: ended.id,
  }
}

/** The same once more. */
export function retryOf(ended: Task): Submission {
  return {
    prompt: ended.prompt,
    followUpOf: ended.id,
    ...(ended.metadata && { metadata: ended.metadata }),
  }
}

/** @throws {RelatedTaskNotFoundError} */
export function endedTask(tx: ReadTx, id: TaskId): Task {
  const task = tx.tasks.find(id)
  if (task === undefined || task.purgedAt !== undefined) {
    throw new RelatedTaskNotFoundError('followUpOf', id)
  }
  return task
}

function definedIn(submission: Submission): Submission {
  const given = Object.entries(submission).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(given), prompt: submission.prompt }
}
