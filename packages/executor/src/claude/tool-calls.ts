import type { StreamMessage } from './stream-message.ts'

/** Watches which tools the agent calls in vain. */
export interface ToolCalls {
  /** Names of tools that were called although the agent has none of that name. */
  readonly missing: readonly string[]
  add(message: StreamMessage): void
}

/** `init` lists the tool that starts subagents under its old name. */
const UNLISTED_TOOLS = ['Agent']

export function createToolCalls(): ToolCalls {
  const missing = new Set<string>()
  const unanswered = new Map<string, string>()
  let tools: ReadonlySet<string> = new Set()

  return {
    get missing() {
      return [...missing]
    },
    add(message) {
      if (message.type === 'init') {
        tools = new Set([...message.tools, ...UNLISTED_TOOLS])
      } else if (message.type === 'assistant') {
        for (const block of message.blocks) {
          if (block.type === 'tool_use') unanswered.set(block.id, block.name)
        }
      } else if (message.type === 'user') {
        for (const { toolUseId, isError } of message.results) {
          const name = unanswered.get(toolUseId)
          unanswered.delete(toolUseId)
          if (name !== undefined && isError && !tools.has(name)) missing.add(name)
        }
      }
    },
  }
}
