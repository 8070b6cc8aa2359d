import type { MessageView, TaskView } from '@sleepless/contracts'
import { isFinal } from '@sleepless/domain'

import type { Printer, Span } from '../terminal/printer.ts'
import { localTime } from './task-text.ts'

/** What a task was sent, and what became of it; nothing when it was sent nothing. */
export function printMessages(
  printer: Printer,
  { status }: Pick<TaskView, 'status'>,
  messages: readonly MessageView[],
): void {
  for (const { number, receivedAt, deliveredAt, text } of messages) {
    printer.line()
    printer.line([`message ${number}`, 'dim'], `  ${localTime(receivedAt)}  `, stateOf(deliveredAt))
    printer.text(text)
  }
  if (!isFinal(status) || messages.every(({ deliveredAt }) => deliveredAt !== null)) return
  printer.line()
  printer.line('Some of this no agent was given. What still counts of it is a task of its own.')
}

function stateOf(deliveredAt: string | null): Span {
  if (deliveredAt === null) return ['not given to an agent', 'yellow']
  return `given to the agent ${localTime(deliveredAt)}`
}
