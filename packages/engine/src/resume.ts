import type { Attempt, AttemptCheckpoint, AttemptId, ReadTx, Task, TaskId } from '@sleepless/domain'

/** Where a task can be gone on with. */
export interface Resume {
  /** Whose attempt got there: the task's own, or that of the task that it follows. */
  readonly of: 'task' | 'predecessor'
  readonly taskId: TaskId
  /** Whose checkpoint it is: the artifacts are this attempt's. */
  readonly attemptId: AttemptId
  readonly checkpoint: AttemptCheckpoint
}

/**
 * Where an attempt goes on: at the newest checkpoint of its task; before there is any, where the task
 * ended that this one follows, on the same branch and in the same session.
 *
 * @param before number of the attempt; it does not go on with what it keeps itself.
 */
export function resumeOf(tx: ReadTx, task: Task, before: number): Resume | undefined {
  const attempts = tx.attempts.ofTask(task.id).filter(({ number }) => number < before)
  const own = newest(attempts)
  if (own !== undefined) return { of: 'task', taskId: task.id, ...own }
  // An agent that began anew and failed is not sent back to what it began with.
  return attempts.some(({ status }) => status === 'failed') ? undefined : ofPredecessor(tx, task)
}

/** Whether a commit of the task has only to be delivered: no agent is going to run any more. */
export function isDelivering(tx: ReadTx, id: TaskId): boolean {
  return newest(tx.attempts.ofTask(id))?.checkpoint.stage === 'committed'
}

type Found = Pick<Resume, 'attemptId' | 'checkpoint'>

/**
 * A commit outlasts failures on its way to the world. Unfinished work does not outlast a failure of the
 * agent that did it: what led there would lead there again.
 */
function newest(attempts: readonly Attempt[]): Found | undefined {
  let hasFailed = false
  for (const { id, status, checkpoint } of attempts.toReversed()) {
    hasFailed ||= status === 'failed'
    if (checkpoint?.stage === 'committed') return { attemptId: id, checkpoint }
    if (checkpoint?.session !== undefined && !hasFailed) return { attemptId: id, checkpoint }
  }
  return undefined
}

/**
 * However that one ended: a person has seen it, and wants it gone on with. Without a session, what counts
 * is the branch; a thought has none that anybody sees.
 */
function ofPredecessor(tx: ReadTx, task: Task): Resume | undefined {
  const ended = task.followUpOf && tx.tasks.find(task.followUpOf)
  if (!ended || ended.project !== task.project || ended.executor !== task.executor) return undefined
  const found = tx.attempts
    .ofTask(ended.id)
    .findLast(
      ({ checkpoint }) =>
        checkpoint?.session !== undefined ||
        (checkpoint?.stage === 'committed' && task.project !== undefined),
    )
  if (found?.checkpoint === undefined) return undefined
  const { id, checkpoint } = found
  return { of: 'predecessor', taskId: ended.id, attemptId: id, checkpoint }
}
