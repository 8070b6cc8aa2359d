import type { AgentMessageView, MessageView } from '@sleepless/contracts'
import type { Message } from '@sleepless/domain'

import { instant } from './task-view.ts'

export function messageView(message: Message): MessageView {
  return {
    taskId: message.taskId,
    ...agentMessageView(message),
    deliveredAt: instant(message.deliveredAt),
    attemptId: message.attemptId ?? null,
  }
}

/** What an agent needs of it. */
export function agentMessageView({ number, text, receivedAt }: Message): AgentMessageView {
  return { number, text, receivedAt: receivedAt.toISOString() }
}
