import { hash } from 'node:crypto'

import { PreconditionFailedError, type ReadTx, type Task, type TaskId } from '@sleepless/domain'
import { existingTask, type Idempotency } from '@sleepless/engine'
import type { FastifyReply, FastifyRequest } from 'fastify'

type Headed = Pick<FastifyRequest, 'headers'>

/**
 * Stands for all that is kept of a task. What it waits for is left out: that is derived at each look,
 * and changes with other tasks and with time. The rest of a task never changes, or only with its end, so
 * nothing need be hashed.
 */
export function taskEtag(task: Task): string {
  const { status, attempts, messages, undeliveredMessages } = task
  const { cancelRequestedAt, startedAt, finishedAt, trashedAt } = task
  const counts = `${status}.${attempts}.${messages}.${undeliveredMessages}`
  return `"${counts}.${ms(cancelRequestedAt)}.${ms(startedAt)}.${ms(finishedAt)}.${ms(trashedAt)}"`
}

function ms(moment: Date | undefined): number {
  return moment === undefined ? 0 : moment.getTime()
}

/** Of something small, as it is answered. */
export function etagOf(view: object): string {
  return `"${hash('sha256', JSON.stringify(view), 'base64url').slice(0, 22)}"`
}

/** Tells the ETag. @returns whether whoever asks has that very state, so that 304 is the answer. */
export function isUnchanged({ headers }: Headed, reply: FastifyReply, etag: string): boolean {
  void reply.header('etag', etag)
  const known = headers['if-none-match']
  return known !== undefined && (known.trim() === '*' || tagsOf(known).includes(etag))
}

/**
 * To be called in the transaction that changes it, so that nothing comes in between.
 *
 * @param status of the task, where it is one.
 * @throws {PreconditionFailedError} when `If-Match` names other states alone.
 */
export function assertMatches({ headers }: Headed, etag: string, status?: string): void {
  const expected = headers['if-match']
  if (expected === undefined || expected.trim() === '*') return
  // One that is weak matches nothing here.
  const strong = expected.replaceAll(/W\/"[^"]*"/g, '')
  if (!tagsOf(strong).includes(etag)) throw new PreconditionFailedError(status)
}

/** @throws {PreconditionFailedError} {@link assertMatches}, {TaskNotFoundError} */
export function assertTask(tx: ReadTx, request: Headed, id: TaskId): void {
  if (request.headers['if-match'] === undefined) return
  const task = existingTask(tx, id)
  assertMatches(request, taskEtag(task), task.status)
}

/** What was done is not refused to whoever asks for the same again, although it has changed by that. */
export function unlessRepeated(
  tx: ReadTx,
  scope: string,
  idempotency: Idempotency | undefined,
  check: () => void,
): void {
  const isRepeated =
    idempotency !== undefined && tx.idempotency.find(scope, idempotency.key) !== undefined
  if (!isRepeated) check()
}

function tagsOf(header: string): readonly string[] {
  return header.match(/"[^"]*"/g) ?? []
}
