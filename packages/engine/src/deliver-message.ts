import type { Attempt, WriteTx } from '@sleepless/domain'

import { existingTask } from './existing-task.ts'
import { existingMessage } from './send-message.ts'

/**
 * Notes that the agent of a held attempt was given a message of its task. Only the first time that
 * any agent is, counts; a later session that is told the same once more changes nothing.
 *
 * @throws {MessageNotFoundError}
 */
export function deliverMessage(tx: WriteTx, attempt: Attempt, number: number, at: Date): void {
  const { id: attemptId, taskId } = attempt
  const message = existingMessage(tx, taskId, number)
  if (!tx.messages.deliver(message, attemptId, at)) return
  const task = existingTask(tx, taskId)
  const undeliveredMessages = task.undeliveredMessages - 1
  tx.tasks.update(taskId, task.status, { undeliveredMessages })
  tx.events.append({ type: 'message.delivered', at, taskId, attemptId, data: { number } })
}
