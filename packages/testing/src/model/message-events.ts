import { randomBytes } from 'node:crypto'

import type { ContentBlock, MessageTurn, Usage } from './turn.ts'

/** One server-sent event: its data carries its name as `type`. */
export interface StreamEvent {
  readonly type: string
  readonly [field: string]: unknown
}

export interface ApiMessage {
  readonly id: string
  readonly content: readonly Record<string, unknown>[]
  readonly [field: string]: unknown
}

/** Text and tool inputs are streamed in pieces of this many characters. */
const PIECE_CHARACTERS = 16_384

function id(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}

function apiBlock(block: ContentBlock): Record<string, unknown> {
  if (block.type === 'tool_use') return { ...block, id: id('toolu') }
  // The CLI sends a signature back with the thinking; nobody here checks it.
  return block.type === 'thinking' ? { ...block, signature: 'c2lnbmF0dXJl' } : block
}

function apiUsage(content: readonly ContentBlock[], usage: Partial<Usage> = {}): object {
  const characters = JSON.stringify(content).length
  return {
    input_tokens: usage.inputTokens ?? 100,
    output_tokens: usage.outputTokens ?? Math.ceil(characters / 4),
    cache_read_input_tokens: usage.cacheReadInputTokens ?? 0,
    cache_creation_input_tokens: usage.cacheCreationInputTokens ?? 0,
  }
}

/** The answer to a request without `stream`. */
export function apiMessage({ content, stopReason, usage }: MessageTurn, model: string): ApiMessage {
  return {
    id: id('msg'),
    type: 'message',
    role: 'assistant',
    model,
    content: content.map(apiBlock),
    stop_reason: stopReason,
    stop_sequence: null,
    usage: apiUsage(content, usage),
  }
}

function pieces(text: string): readonly string[] {
  const count = Math.ceil(text.length / PIECE_CHARACTERS)
  return Array.from({ length: count }, (_, index) =>
    text.slice(index * PIECE_CHARACTERS, (index + 1) * PIECE_CHARACTERS),
  )
}

function blockEvents(block: Record<string, unknown>, index: number): readonly StreamEvent[] {
  const start = (content_block: object): StreamEvent => ({
    type: 'content_block_start',
    index,
    content_block,
  })
  const deltas = (items: readonly object[]): readonly StreamEvent[] =>
    items.map((delta) => ({ type: 'content_block_delta', index, delta }))
  const stop = { type: 'content_block_stop', index }

  if (block['type'] === 'tool_use') {
    const json = JSON.stringify(block['input']) ?? ''
    const parts = pieces(json).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    return [start({ ...block, input: {} }), ...deltas(parts), stop]
  }
  if (block['type'] === 'thinking') {
    const parts = pieces(String(block['thinking'])).map((thinking) => ({
      type: 'thinking_delta',
      thinking,
    }))
    const signature = { type: 'signature_delta', signature: block['signature'] }
    const empty = { ...block, thinking: '', signature: '' }
    return [start(empty), ...deltas([...parts, signature]), stop]
  }
  const parts = pieces(String(block['text'])).map((text) => ({ type: 'text_delta', text }))
  return [start({ ...block, text: '' }), ...deltas(parts), stop]
}

/** The same answer as a stream, from message_start to message_stop. */
export function messageEvents(message: ApiMessage): readonly StreamEvent[] {
  const { stop_reason, stop_sequence, usage, ...rest } = message
  const before = { ...rest, content: [], stop_reason: null, stop_sequence: null, usage }
  return [
    { type: 'message_start', message: before },
    { type: 'ping' },
    ...message.content.flatMap(blockEvents),
    { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage },
    { type: 'message_stop' },
  ]
}
