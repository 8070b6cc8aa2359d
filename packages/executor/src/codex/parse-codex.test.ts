import { expect, test } from 'vitest'

import { completed, started } from './fixtures/codex-lines.ts'
import { parseCodex } from './parse-codex.ts'

test.each(['{"type":"turn.st', 'plain text', '[]', 'null', '{}', '{"type":7}'])(
  '%s is broken',
  (line) => {
    expect(parseCodex(line)).toEqual({ type: 'broken' })
  },
)

test.each([
  '{"type":"turn.completed"}',
  '{"type":"turn.failed","error":"no"}',
  '{"type":"item.completed"}',
  completed({ id: 'a', type: 'agent_message' }),
  completed({ id: 'a', type: 'command_execution', command: ['ls'] }),
])('%s, a known kind without what it must have, is broken', (line) => {
  expect(parseCodex(line)).toEqual({ type: 'broken' })
})

test.each([
  ['{"type":"hologram"}', 'hologram'],
  ['{"type":"__proto__"}', '__proto__'],
  [completed({ id: 'a', type: 'hologram' }), 'item/hologram'],
  [completed({ id: 'a', type: 'constructor' }), 'item/constructor'],
])('%s is of a kind that is not known', (line, kind) => {
  expect(parseCodex(line)).toEqual({ type: 'unknown', kind })
})

test.each([
  [
    { type: 'file_change', changes: [{ path: '/w/a.ts', kind: 'add' }], status: 'completed' },
    'Edit: add /w/a.ts',
  ],
  [{ type: 'mcp_tool_call', server: 'docs', tool: 'find', arguments: { q: 1 } }, 'Call: docs/find'],
  [{ type: 'web_search', query: 'bees' }, 'Search: bees'],
  [{ type: 'command_execution', command: 'ls', exit_code: null }, 'Run: ls'],
])('%o is a call', (item, action) => {
  expect(parseCodex(started({ id: 'a', ...item }))).toMatchObject({
    type: 'item',
    stage: 'started',
    id: 'a',
    item: { type: 'called', call: { action } },
  })
})

test.each(['reasoning', 'todo_list', 'plan'])('an item of the kind %s is not used', (type) => {
  expect(parseCodex(completed({ id: 'a', type }))).toMatchObject({ item: { type: 'unused' } })
})
