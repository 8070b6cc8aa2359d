import { z } from 'zod'

import { text } from '../lenient-schemas.ts'
import type { CodexItem } from './codex-message.ts'

const agentMessage = z
  .object({ type: z.literal('agent_message'), text: z.string() })
  .transform((raw): CodexItem => ({ type: 'said', text: raw.text }))

const error = z
  .object({ type: z.literal('error'), message: z.string() })
  .transform((raw): CodexItem => ({ type: 'complained', text: raw.message }))

const commandExecution = z
  .object({
    type: z.literal('command_execution'),
    command: z.string(),
    aggregated_output: text,
  })
  .transform(({ command, aggregated_output }): CodexItem => ({
    type: 'called',
    call: { name: 'command', input: command, action: `Run: ${command}` },
    output: aggregated_output,
  }))

const fileChange = z
  .object({
    type: z.literal('file_change'),
    changes: z.array(z.object({ path: z.string(), kind: text })),
  })
  .transform(({ changes }): CodexItem => {
    const input = changes.map(({ path, kind }) => `${kind} ${path}`.trim())
    return {
      type: 'called',
      call: { name: 'file_change', input, action: `Edit: ${input.join(', ')}` },
      output: '',
    }
  })

const toolCall = z
  .object({
    type: z.literal('mcp_tool_call'),
    server: text,
    tool: z.string(),
    arguments: z.unknown(),
  })
  .transform(({ server, tool, arguments: input }): CodexItem => {
    const name = `${server}/${tool}`
    return { type: 'called', call: { name, input, action: `Call: ${name}` }, output: '' }
  })

const webSearch = z
  .object({ type: z.literal('web_search'), query: text })
  .transform(({ query }): CodexItem => ({
    type: 'called',
    call: { name: 'web_search', input: query, action: `Search: ${query}` },
    output: '',
  }))

const unused = z
  .object({ type: z.enum(['reasoning', 'todo_list', 'plan']) })
  .transform((): CodexItem => ({ type: 'unused' }))

/** The kinds of items that are known. */
export const itemSchemas: ReadonlyMap<string, z.ZodType<CodexItem>> = new Map<
  string,
  z.ZodType<CodexItem>
>([
  ['agent_message', agentMessage],
  ['error', error],
  ['command_execution', commandExecution],
  ['file_change', fileChange],
  ['mcp_tool_call', toolCall],
  ['web_search', webSearch],
  ['reasoning', unused],
  ['todo_list', unused],
  ['plan', unused],
])
