import type { Attempt, TaskId } from '@sleepless/domain'
import { existingTask } from '@sleepless/engine'
import type { FastifyReply } from 'fastify'

import type { ApiDeps } from '../deps.ts'
import { ProblemError } from '../problems.ts'

/** The attempt that stored the task's commit: the one that succeeded may have gone on where it ended. */
export function committedAttempt({ store }: ApiDeps, id: TaskId): Promise<Attempt | undefined> {
  return store.read((tx) => {
    const { finishedAt, result } = existingTask(tx, id)
    const attempts = tx.attempts.ofTask(id)
    const checkpointed = attempts.findLast(
      ({ checkpoint }) =>
        checkpoint !== undefined && (result === undefined || checkpoint.commit === result.commit),
    )
    // Until the end, an agent that runs again may make another commit.
    if (finishedAt !== undefined && checkpointed !== undefined) return checkpointed
    return attempts.findLast(({ status }) => status === 'succeeded')
  })
}

/** @throws {ProblemError} 404 when there is no such file. */
export async function sendResult(
  { results }: ApiDeps,
  reply: FastifyReply,
  { key, type }: { readonly key: string | undefined; readonly type: string },
): Promise<FastifyReply> {
  if (key === undefined || !(await results.has(key))) {
    throw new ProblemError(404, 'NO_SUCH_RESULT', 'the task has no such result, or not yet')
  }
  void reply.type(type).header('content-length', await results.sizeBytes(key))
  return reply.send(await results.read(key))
}
