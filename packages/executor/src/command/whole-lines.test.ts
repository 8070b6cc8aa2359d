import { array, assert, asyncProperty, constantFrom, integer } from 'fast-check'
import { expect, test } from 'vitest'

import { wholeLines } from './whole-lines.ts'

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (const size of sizes) {
    if (at >= bytes.length) return
    yield bytes.subarray(at, at + size)
    at += size
  }
  if (at < bytes.length) yield bytes.subarray(at)
}

async function piecesOf(text: string, sizes: readonly number[], max: number): Promise<string[]> {
  const pieces: string[] = []
  for await (const piece of wholeLines(chunked(Buffer.from(text), sizes), max)) pieces.push(piece)
  return pieces
}

const MAX = 8
const texts = array(constantFrom('a', 'ñ', '😀', '\n', 'bc', '\ufeff'), { maxLength: 60 })
const sizes = array(integer({ min: 1, max: 9 }), { maxLength: 40 })

test('whatever the chunks are, the lines are the same', async () => {
  await assert(
    asyncProperty(texts, sizes, async (parts, chunkSizes) => {
      const text = parts.join('')
      const expected = text
        .split('\n')
        .map((line) =>
          line.length <= MAX
            ? line
            : `${line.slice(0, MAX).toWellFormed()}\n[… ${line.length - MAX} characters more of this line]`,
        )
        .join('\n')
      const found = (await piecesOf(text, chunkSizes, MAX)).join('')
      // A note ends its line also where the text ended without.
      expect(found.replace(/\]\n$/, ']')).toBe(expected.replace(/\]\n$/, ']'))
    }),
    { numRuns: 300 },
  )
})

test('every piece but the last ends with a line', async () => {
  await assert(
    asyncProperty(texts, sizes, async (parts, chunkSizes) => {
      const pieces = await piecesOf(parts.join(''), chunkSizes, MAX)
      expect(pieces.slice(0, -1).filter((piece) => !piece.endsWith('\n'))).toEqual([])
    }),
  )
})

test('what is no UTF-8 is replaced', async () => {
  const pieces: string[] = []
  for await (const piece of wholeLines(chunked(Buffer.from([0x61, 0xff, 0xc3]), []), 100)) {
    pieces.push(piece)
  }
  expect(pieces.join('')).toBe('a\ufffd\ufffd')
})
