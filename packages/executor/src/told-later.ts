import type { AgentOrder } from '@sleepless/domain'

const BEFORE_THE_START =
  'After the task above was handed over, and before you began, whoever asked for it added these messages, oldest first. Where they differ from the task, the newest counts.'
const MEANWHILE =
  'Meanwhile, whoever asked for the task added these messages, oldest first. Where they differ from the task, the newest counts.'

/**
 * What a task was sent between its submission and the start of an agent, for that agent to read after
 * the prompt; absent when there is nothing.
 */
export function toldLater({ messages }: Pick<AgentOrder, 'messages'>): string | undefined {
  return told(BEFORE_THE_START, messages)
}

/** What a task was sent since the agent worked on it last; absent when there is nothing. */
export function toldMeanwhile(messages: AgentOrder['messages']): string | undefined {
  return told(MEANWHILE, messages)
}

function told(heading: string, messages: AgentOrder['messages']): string | undefined {
  if (messages.length === 0) return undefined
  const blocks = messages.map(
    ({ number, text, receivedAt }) =>
      `<message number="${number}" sent="${receivedAt.toISOString()}">\n${text}\n</message>`,
  )
  return [heading, ...blocks].join('\n\n')
}
