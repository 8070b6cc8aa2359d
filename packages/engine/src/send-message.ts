import {
  isFinal,
  MAX_TASK_MESSAGE_CHARACTERS,
  MAX_TASK_MESSAGES,
  MessageNotFoundError,
  MessageTooLateError,
  TooManyMessagesError,
  type AttemptId,
  type Message,
  type ReadTx,
  type Task,
  type TaskId,
  type WorkerId,
  type WriteTx,
} from '@sleepless/domain'

import { existingTask } from './existing-task.ts'
import { once, type Idempotency } from './once.ts'
import type { EngineDeps } from './policy.ts'
import { isDelivering } from './resume.ts'

/** What a task is sent; its text has been found to be of a fit length. */
export interface Sending {
  readonly taskId: TaskId
  readonly text: string
  /** Of the text, as hex. */
  readonly sha256: string
}

export interface SentMessage {
  readonly message: Message
  /** The worker whose agent should be told now; absent while none runs. */
  readonly tell?: { readonly workerId: WorkerId; readonly attemptId: AttemptId }
}

/**
 * Keeps a message for the agent of a task: the one that runs, else the next one.
 *
 * @returns the message; the one kept before when the idempotency key came before.
 * @throws {TaskNotFoundError}
 * @throws {MessageTooLateError} when no agent is going to run for the task any more.
 * @throws {TooManyMessagesError}
 * @throws {IdempotencyKeyReusedError} when the key came before with another body.
 */
export function sendMessage(
  tx: WriteTx,
  deps: EngineDeps,
  sending: Sending,
  idempotency?: Idempotency,
): SentMessage {
  const { taskId } = sending
  return once(
    tx,
    {
      scope: 'task.message',
      idempotency,
      at: deps.clock.now(),
      subjectOf: ({ message }) => `${message.number}`,
      recall: (number) => ({ message: existingMessage(tx, taskId, Number(number)) }),
    },
    () => keep(tx, deps, sending),
  )
}

function keep(tx: WriteTx, { clock }: EngineDeps, { taskId, text, sha256 }: Sending): SentMessage {
  const task = existingTask(tx, taskId)
  assertOpen(tx, task)
  assertRoom(tx, task, text)
  const receivedAt = clock.now()
  const number = task.messages + 1
  const undelivered = { attemptId: undefined, deliveredAt: undefined }
  const message = { taskId, number, text, receivedAt, ...undelivered }
  tx.messages.insert(message)
  tx.tasks.update(taskId, task.status, {
    messages: number,
    undeliveredMessages: task.undeliveredMessages + 1,
  })
  tx.events.append({ type: 'message.received', at: receivedAt, taskId, data: { number, sha256 } })
  const attempt = task.openAttemptId && tx.attempts.find(task.openAttemptId)
  if (attempt?.workerId === undefined) return { message }
  return { message, tell: { workerId: attempt.workerId, attemptId: attempt.id } }
}

function assertOpen(tx: ReadTx, task: Task): void {
  if (isFinal(task.status)) throw new MessageTooLateError(task, `is ${task.status}`)
  if (task.cancelRequestedAt !== undefined) {
    throw new MessageTooLateError(task, 'is being canceled')
  }
  if (isDelivering(tx, task.id)) {
    throw new MessageTooLateError(task, 'has only its commit left to deliver')
  }
}

function assertRoom(tx: ReadTx, { id, status, messages }: Task, text: string): void {
  if (messages === 0) return
  if (messages >= MAX_TASK_MESSAGES) {
    throw new TooManyMessagesError(status, `at most ${MAX_TASK_MESSAGES} messages`)
  }
  const characters = tx.messages.ofTask(id).reduce((sum, one) => sum + one.text.length, text.length)
  if (characters > MAX_TASK_MESSAGE_CHARACTERS) {
    throw new TooManyMessagesError(
      status,
      `messages of at most ${MAX_TASK_MESSAGE_CHARACTERS} characters`,
    )
  }
}

/** @throws {MessageNotFoundError} */
export function existingMessage(tx: ReadTx, taskId: TaskId, number: number): Message {
  const message = tx.messages.find(taskId, number)
  if (message === undefined) throw new MessageNotFoundError(taskId, number)
  return message
}
