import { expect, test } from 'vitest'

import { splitLines, type Line } from './split-lines.ts'

const limits = { maxLineBytes: 10, keptBytes: 4 }

async function linesOf(...chunks: readonly (string | Uint8Array)[]): Promise<readonly Line[]> {
  async function* source(): AsyncGenerator<Buffer, void, undefined> {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  return Array.fromAsync(splitLines(source(), limits))
}

test('joins what was cut between chunks, also within a character', async () => {
  const bytes = Buffer.from('añb\nc\n')
  expect(await linesOf(bytes.subarray(0, 2), bytes.subarray(2))).toEqual([
    { text: 'añb', cutBytes: 0 },
    { text: 'c', cutBytes: 0 },
  ])
})

test('gives the last line without its newline', async () => {
  expect(await linesOf('a\nb')).toEqual([
    { text: 'a', cutBytes: 0 },
    { text: 'b', cutBytes: 0 },
  ])
})

test('skips empty lines', async () => {
  expect(await linesOf('\n\na\n\n')).toEqual([{ text: 'a', cutBytes: 0 }])
})

test('keeps a line of the largest size whole', async () => {
  expect(await linesOf('0123456789\n')).toEqual([{ text: '0123456789', cutBytes: 0 }])
})

test('keeps the beginning of a line that is too long, and counts the rest', async () => {
  expect(await linesOf('01', '23456', '789abc', 'def\nnext\n')).toEqual([
    { text: '0123', cutBytes: 12 },
    { text: 'next', cutBytes: 0 },
  ])
})
