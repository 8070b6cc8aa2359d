import { expect, test } from 'vitest'

import { createToolWatch, type ToolCall } from './tool-watch.ts'

const call = (id: string, more: Partial<ToolCall> = {}): ToolCall => ({
  id,
  conversation: '',
  name: 'Bash',
  input: { command: 'ls' },
  ...more,
})

test('the same call in a row is counted', () => {
  const watch = createToolWatch()
  expect(['1', '2', '3'].map((id) => watch.opened(call(id)))).toEqual([1, 2, 3])
})

test.each([
  ['another input', { input: { command: 'pwd' } }],
  ['another tool', { name: 'Read' }],
])('%s begins a new row, and so does going back', (_, other) => {
  const watch = createToolWatch()
  watch.opened(call('1'))
  expect(watch.opened(call('2', other))).toBe(1)
  expect(watch.opened(call('3'))).toBe(1)
})

test('what a subagent does between two calls is no part of their row', () => {
  const watch = createToolWatch()
  watch.opened(call('1'))
  expect(watch.opened(call('2', { conversation: 'a', name: 'Read' }))).toBe(1)
  expect(watch.opened(call('3'))).toBe(2)
  expect(watch.opened(call('4', { conversation: 'a', name: 'Read' }))).toBe(2)
})

test('a call is open until its end is told', () => {
  const watch = createToolWatch()
  watch.opened(call('1'))
  watch.opened(call('2'))
  watch.closed('1')
  expect(watch.openCalls).toBe(1)
  watch.closed('2')
  expect(watch.openCalls).toBe(0)
})

test('a call whose end cannot be told is never open', () => {
  const watch = createToolWatch()
  watch.opened(call(''))
  expect(watch.openCalls).toBe(0)
})

test('the end of a turn ends all calls, and no row', () => {
  const watch = createToolWatch()
  watch.opened(call('1'))
  watch.allClosed()
  expect(watch.openCalls).toBe(0)
  expect(watch.opened(call('2'))).toBe(2)
})
