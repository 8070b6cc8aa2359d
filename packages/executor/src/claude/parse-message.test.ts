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
  '{"type":"rate_limit_event"}',
])('%s is ignored', (line) => {
  expect(parseMessage(line)).toEqual({ type: 'ignored' })
})

test.each([
  ['{"type":"holograms","n":1}', 'holograms'],
  ['{"type":"system","subtype":"holograms"}', 'system/holograms'],
  ['{"type":"system"}', 'system/'],
  // Names that every object has.
  ['{"type":"constructor"}', 'constructor'],
  ['{"type":"__proto__"}', '__proto__'],
])('%s is of a kind that is not known', (line, kind) => {
  expect(parseMessage(line)).toEqual({ type: 'unknown', kind })
})

test('a result without the optional fields is read', () => {
  expect(parseMessage('{"type":"result","is_error":true,"total_cost_usd":null}')).toMatchObject({
    type: 'result',
    isError: true,
    text: '',
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
