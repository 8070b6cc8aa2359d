import { expect, test } from 'vitest'

import { renderRaw } from '../readable.ts'
import { createRenderer } from './render.ts'
import type { StreamMessage } from './stream-message.ts'

function outputOf(...messages: readonly StreamMessage[]): string {
  return messages
    .flatMap(createRenderer('/work'))
    .map((event) => (event.type === 'output' ? event.text : ''))
    .join('')
}

const toolResult = (text: string): StreamMessage => ({
  type: 'user',
  results: [{ toolUseId: 'a', text, isError: false }],
  nested: false,
})
const said = (text: string, nested = false): StreamMessage => ({
  type: 'assistant',
  blocks: [{ type: 'text', text }],
  error: undefined,
  nested,
  conversation: nested ? 'a' : '',
})
const result = (text: string, errors: readonly string[] = []): StreamMessage => ({
  type: 'result',
  isError: false,
  text,
  errors,
  apiStatus: undefined,
  budgetExhausted: false,
  denials: [],
})

test('a tool result of 64 KiB is shown in full', () => {
  const text = 'x'.repeat(65_536)
  expect(outputOf(toolResult(text))).toBe(`  ${text}\n`)
})

test('a longer tool result is cut between characters, and the note says how much is missing', () => {
  const text = `${'x'.repeat(65_535)}ñandu`
  expect(outputOf(toolResult(text))).toBe(`  ${'x'.repeat(65_535)}\n  [… 6 bytes more]\n`)
})

test('control characters stay as they are', () => {
  expect(outputOf(said('\u001B[31mred\u001B[0m\u0007'))).toBe('\u001B[31mred\u001B[0m\u0007\n')
})

test('the result is not repeated when it is what the agent said last', () => {
  expect(outputOf(said('Done.'), result('Done.'))).toBe('Done.\n')
})

test('the result is shown when the agent had not said it', () => {
  expect(outputOf(said('Working.'), result('Done.'))).toBe('Working.\nDone.\n')
})

test("the result's errors are shown", () => {
  expect(outputOf(result('', ['Reached maximum number of turns (3)']))).toBe(
    '! Reached maximum number of turns (3)\n',
  )
})

test('what a subagent says is set apart', () => {
  expect(outputOf(said('one\n\ntwo', true))).toBe('  one\n\n  two\n')
})

test('a line that was cut says how much is missing', () => {
  expect(renderRaw({ text: 'abc', cutBytes: 7 })).toEqual({
    type: 'output',
    text: 'abc\n[… 7 bytes more of this line]\n',
  })
})
