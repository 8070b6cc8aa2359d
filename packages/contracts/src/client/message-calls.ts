import { messageList, messageView, type MessageList, type MessageView } from '../http/message.ts'
import type { SubmitOptions } from './api-client.ts'
import type { Transport } from './transport.ts'

/** What people say to tasks. */
export interface MessageCalls {
  /** Says something to the agent of the task: the one that runs, else the next one. */
  sendMessage(taskId: string, text: string, options?: SubmitOptions): Promise<MessageView>
  /** All that the task was sent, in its order. */
  messages(taskId: string): Promise<MessageList>
}

export function messageCalls(transport: Transport): MessageCalls {
  return {
    sendMessage: (taskId, text, { idempotencyKey, signal } = {}) =>
      transport.json(messageView, pathOf(taskId), {
        method: 'POST',
        json: { text },
        signal,
        headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
      }),
    messages: (taskId) => transport.json(messageList, pathOf(taskId)),
  }
}

function pathOf(taskId: string): string {
  return `/v1/tasks/${encodeURIComponent(taskId)}/messages`
}
