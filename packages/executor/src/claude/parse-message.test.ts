import { expect, test } from 'vitest'

import { parseMessage } from './parse-message.ts'

test.each(['{"type":"assist', 'plain text', '[]', 'null', '{}', '{"type":7}'])(
  '%s is broken',
  (line) => {
    expect(parseMessage(line)).toEqual({ type: 'broken' })
  },
)

test('a known kind without what it must have is broken', () => {
  expect(parseMessage('{"type":"result","subtype":"success"}')).toEqual({ type: 'broken' })
})

test.each([
  '{"type":"command_lifecycle"}',
  '{"type":"system","subtype":"status"}',
  // Names that every object has.
  '{"type":"constructor"}',
  '{"type":"__proto__"}',
])('%s is ignored', (line) => {
  expect(parseMessage(line)).toEqual({ type: 'ignored' })
})

test('a result without the optional fields is read', () => {
  expect(parseMessage('{"type":"result","is_error":true,"total_cost_usd":null}')).toMatchObject({
    type: 'result',
    isError: true,
    text: '',
    usage: { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 },
  })
})

test('tokens from the cache count as input', () => {
  const usage = { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 10 }
  const line = { type: 'result', is_error: false, modelUsage: { a: usage, b: usage } }
  expect(parseMessage(JSON.stringify(line))).toMatchObject({
    usage: { inputTokens: 22, outputTokens: 4 },
  })
})

test('a tool call that makes no sense is read as far as it does', () => {
  const block = { type: 'tool_use', id: null, name: 42, input: '{"file_path":' }
  const line = { type: 'assistant', message: { content: [block] } }
  expect(parseMessage(JSON.stringify(line))).toMatchObject({
    blocks: [{ id: '', name: '42', input: {} }],
  })
})

test('the texts of a tool result in parts are joined, and pictures left out', () => {
  const content = [
    { type: 'text', text: 'one' },
    { type: 'image', source: {} },
    { type: 'text', text: 'two' },
  ]
  const message = { content: [{ type: 'tool_result', tool_use_id: 'a', content }] }
  expect(parseMessage(JSON.stringify({ type: 'user', message }))).toMatchObject({
    results: [{ toolUseId: 'a', text: 'one\ntwo', isError: false }],
  })
})
