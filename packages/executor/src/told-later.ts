import type { AgentOrder } from '@sleepless/domain'

/**
 * What a task was sent between its submission and the start of an agent, for that agent to read after
 * the prompt; absent when there is nothing.
 */
export function toldLater({ messages }: Pick<AgentOrder, 'messages'>): string | undefined {
  if (messages.length === 0) return undefined
  const told = messages.map(
    ({ number, text, receivedAt }) =>
      `<message number="${number}" sent="${receivedAt.toISOString()}">\n${text}\n</message>`,
  )
  return [
    'After the task above was handed over, and before you began, whoever asked for it added these messages, oldest first. Where they differ from the task, the newest counts.',
    ...told,
  ].join('\n\n')
}
