import type { AgentEvent } from '@sleepless/domain'

import { headOf, indent, oneLine } from '../readable.ts'
import type { CodexMessage } from './codex-message.ts'

const MAX_OUTPUT_BYTES = 64 * 1024

const output = (text: string): AgentEvent => ({ type: 'output', text })

function resultOf(text: string): readonly AgentEvent[] {
  if (text === '') return []
  const { text: head, cutBytes } = headOf(text, MAX_OUTPUT_BYTES)
  const note = cutBytes === 0 ? '' : indent(`[… ${cutBytes} bytes more]`, 2)
  return [output(indent(head, 2) + note)]
}

/** Turns messages, in their order, into what a person reads. */
export function createCodexRenderer(): (message: CodexMessage) => readonly AgentEvent[] {
  // Some kinds of calls are told of at their end alone.
  const announced = new Set<string>()

  function call(id: string, action: string): readonly AgentEvent[] {
    if (announced.has(id)) return []
    announced.add(id)
    const line = oneLine(action)
    return [{ type: 'acted', action: line }, output(`> ${line}\n`)]
  }

  return (message) => {
    if (message.type === 'error' || message.type === 'turn-failed') {
      return [output(`! ${message.message}\n`)]
    }
    if (message.type !== 'item') return []
    const { stage, id, item } = message
    if (item.type === 'called') {
      const announcement = call(id, item.call.action)
      if (stage !== 'completed') return announcement
      announced.delete(id)
      return [...announcement, ...resultOf(item.output)]
    }
    if (stage !== 'completed') return []
    if (item.type === 'said') return [output(`${item.text}\n`)]
    return item.type === 'complained' ? [output(`! ${item.text}\n`)] : []
  }
}
