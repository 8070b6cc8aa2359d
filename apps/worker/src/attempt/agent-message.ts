import type { AgentMessageView } from '@sleepless/contracts'
import type { AgentMessage } from '@sleepless/domain'

export function agentMessage({ number, text, receivedAt }: AgentMessageView): AgentMessage {
  return { number, text, receivedAt: new Date(receivedAt) }
}
