import { messageList, messageView, type MessageList, type MessageView } from '../http/message.ts'
import { repeatable, type SubmitOptions } from './submit-options.ts'
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
    sendMessage: (taskId, text, options = {}) =>
      transport.json(messageView, pathOf(taskId), { ...repeatable(options), json: { text } }),
    messages: (taskId) => transport.json(messageList, pathOf(taskId)),
  }
}

function pathOf(taskId: string): string {
  return `/v1/tasks/${encodeURIComponent(taskId)}/messages`
}
