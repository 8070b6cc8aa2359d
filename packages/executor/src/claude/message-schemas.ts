import { z } from 'zod'

import { count, fields, text } from '../lenient-schemas.ts'
import type { StreamMessage, ToolResult } from './stream-message.ts'

const textBlock = z.object({ type: z.literal('text'), text: z.string() })
const toolUseBlock = z.object({
  type: z.literal('tool_use'),
  // A model that misbehaves may send anything here, and the agent passes it on.
  id: text,
  name: z.coerce.string(),
  input: fields.catch({}),
})
const toolResultBlock = z.object({
  type: z.literal('tool_result'),
  tool_use_id: text,
  content: z.union([z.string(), z.array(z.unknown())]).catch(''),
  is_error: z.boolean().nullish(),
})

/** The blocks of one message that `schema` knows, in order. */
function blocksOf<Block>(content: unknown, schema: z.ZodType<Block>): Block[] {
  if (!Array.isArray(content)) return []
  return content.flatMap((raw) => {
    const parsed = schema.safeParse(raw)
    return parsed.success ? [parsed.data] : []
  })
}

function toolResult(block: z.infer<typeof toolResultBlock>): ToolResult {
  const { content } = block
  const said =
    typeof content === 'string'
      ? content
      : blocksOf(content, textBlock)
          .map((part) => part.text)
          .join('\n')
  return { toolUseId: block.tool_use_id, text: said, isError: block.is_error === true }
}

const message = z.object({
  message: z.object({ content: z.unknown() }),
  parent_tool_use_id: z.string().nullish(),
})

export const init: z.ZodType<StreamMessage> = z
  .object({ model: z.string(), claude_code_version: text, tools: z.array(z.string()).catch([]) })
  .transform((raw): StreamMessage => ({
    type: 'init',
    model: raw.model,
    version: raw.claude_code_version,
    tools: raw.tools,
  }))

export const retry: z.ZodType<StreamMessage> = z
  .object({
    attempt: count,
    max_retries: count,
    retry_delay_ms: count,
    error_status: z.number().nullish(),
    error: text,
  })
  .transform((raw): StreamMessage => ({
    type: 'retry',
    attempt: raw.attempt,
    maxRetries: raw.max_retries,
    delayMs: raw.retry_delay_ms,
    status: raw.error_status ?? undefined,
    error: raw.error,
  }))

export const background: z.ZodType<StreamMessage> = z
  .object({ tasks: z.array(z.object({ task_type: text })) })
  .transform((raw): StreamMessage => ({
    type: 'background',
    agents: raw.tasks.filter((task) => task.task_type === 'local_agent').length,
    tasks: raw.tasks.length,
  }))

export const lifecycle: z.ZodType<StreamMessage> = z
  .object({ command_uuid: text, state: text })
  .transform(({ command_uuid, state }): StreamMessage =>
    state === 'started' ? { type: 'taken-up', uuid: command_uuid } : { type: 'ignored' },
  )

export const assistant: z.ZodType<StreamMessage> = message
  .extend({ error: z.string().nullish() })
  .transform((raw): StreamMessage => ({
    type: 'assistant',
    blocks: blocksOf(raw.message.content, z.union([textBlock, toolUseBlock])),
    error: raw.error ?? undefined,
    nested: typeof raw.parent_tool_use_id === 'string',
    conversation: raw.parent_tool_use_id ?? '',
  }))

export const user: z.ZodType<StreamMessage> = message.transform((raw): StreamMessage => ({
  type: 'user',
  results: blocksOf(raw.message.content, toolResultBlock).map(toolResult),
  nested: typeof raw.parent_tool_use_id === 'string',
}))
