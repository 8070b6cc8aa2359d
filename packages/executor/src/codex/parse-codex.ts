import { z } from 'zod'

import { count, text } from '../lenient-schemas.ts'
import type { CodexMessage } from './codex-message.ts'
import { itemSchemas } from './item-schemas.ts'

const completed = z
  .object({
    usage: z.object({
      input_tokens: count,
      cached_input_tokens: count,
      output_tokens: count,
    }),
  })
  .transform(({ usage }): CodexMessage => ({
    type: 'turn-completed',
    inputTokens: usage.input_tokens,
    cachedInputTokens: usage.cached_input_tokens,
    outputTokens: usage.output_tokens,
  }))

const failed = z
  .object({ error: z.object({ message: text }) })
  .transform(({ error }): CodexMessage => ({ type: 'turn-failed', message: error.message }))

const trouble = z
  .object({ message: text })
  .transform(({ message }): CodexMessage => ({ type: 'error', message }))

const plain = (message: CodexMessage): z.ZodType<CodexMessage> =>
  z.unknown().transform(() => message)

type Stage = Extract<CodexMessage, { type: 'item' }>['stage']

const wrapper = z.object({ item: z.looseObject({ id: text, type: z.string() }) })

function itemOf(stage: Stage, json: unknown): CodexMessage {
  const outer = wrapper.safeParse(json)
  if (!outer.success) return { type: 'broken' }
  const { id, type } = outer.data.item
  const schema = itemSchemas.get(type)
  if (schema === undefined) return { type: 'unknown', kind: `item/${type}` }
  const item = schema.safeParse(outer.data.item)
  return item.success ? { type: 'item', stage, id, item: item.data } : { type: 'broken' }
}

const messages = new Map<string, z.ZodType<CodexMessage>>([
  ['thread.started', plain({ type: 'ignored' })],
  ['turn.started', plain({ type: 'turn-started' })],
  ['turn.completed', completed],
  ['turn.failed', failed],
  ['error', trouble],
])

const stages = new Map<string, Stage>([
  ['item.started', 'started'],
  ['item.updated', 'updated'],
  ['item.completed', 'completed'],
])

const envelope = z.object({ type: z.string() })

/** Reads one line of `codex exec --json`. Never throws. */
export function parseCodex(line: string): CodexMessage {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return { type: 'broken' }
  }
  const outer = envelope.safeParse(json)
  if (!outer.success) return { type: 'broken' }
  const { type } = outer.data
  const stage = stages.get(type)
  if (stage !== undefined) return itemOf(stage, json)
  const schema = messages.get(type)
  if (schema === undefined) return { type: 'unknown', kind: type }
  return schema.safeParse(json).data ?? { type: 'broken' }
}
