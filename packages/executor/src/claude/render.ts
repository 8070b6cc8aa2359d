import type { AgentEvent } from '@sleepless/domain'

import { headOf, indent } from '../readable.ts'
import type { AssistantBlock, StreamMessage, ToolResult } from './stream-message.ts'
import { toolAction } from './tool-action.ts'

const MAX_TOOL_RESULT_BYTES = 64 * 1024

const output = (text: string): AgentEvent => ({ type: 'output', text })

function renderToolResult({ text }: ToolResult, spaces: number): readonly AgentEvent[] {
  if (text === '') return []
  const head = headOf(text, MAX_TOOL_RESULT_BYTES)
  const note = head.cutBytes === 0 ? '' : indent(`[… ${head.cutBytes} bytes more]`, spaces)
  return [output(indent(head.text, spaces) + note)]
}

/**
 * Turns messages, in their order, into what a person reads. Nothing is taken out of texts: control
 * characters are the consumers' business.
 */
export function createRenderer(
  workspacePath: string,
): (message: StreamMessage) => readonly AgentEvent[] {
  let ready = false
  let lastText = ''

  const renderBlock = (block: AssistantBlock, nested: boolean): readonly AgentEvent[] => {
    if (block.type === 'text') {
      if (nested) return [output(indent(block.text, 2))]
      lastText = block.text
      return [output(`${block.text}\n`)]
    }
    const action = toolAction(block, workspacePath)
    return [{ type: 'acted', action }, output(`${nested ? '  ' : ''}> ${action}\n`)]
  }

  return (message) => {
    switch (message.type) {
      case 'init': {
        // Said again at the beginning of every turn.
        if (ready) return []
        ready = true
        return [{ type: 'ready', model: message.model, version: message.version }]
      }
      case 'retry': {
        const { status, error, delayMs, attempt, maxRetries } = message
        const cause = status === undefined ? error : `${status} ${error}`
        const wait = (delayMs / 1000).toFixed(1)
        return [
          output(
            `! The model API failed (${cause}); retry ${attempt}/${maxRetries} in ${wait} s\n`,
          ),
        ]
      }
      case 'assistant':
        return message.blocks.flatMap((block) => renderBlock(block, message.nested))
      case 'user':
        return message.results.flatMap((result) => renderToolResult(result, message.nested ? 4 : 2))
      case 'result': {
        const said = message.text === '' || message.text === lastText ? [] : [message.text]
        return [...said, ...message.errors.map((error) => `! ${error}`)].map((line) =>
          output(`${line}\n`),
        )
      }
      case 'background':
      case 'taken-up':
      case 'mirror':
      case 'mirror-cut':
      case 'control-answer':
      case 'ignored':
      case 'unknown':
      case 'broken':
        return []
    }
  }
}
