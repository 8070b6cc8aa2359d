import { array, assert, nat, property } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createLedger } from './ledger.ts'
import { createMeter } from './meter.ts'

const MODEL = 'claude-sonnet-5-5'

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

const START = event('message_start', {
  message: {
    model: MODEL,
    usage: { input_tokens: 100, output_tokens: 1, cache_read_input_tokens: 50 },
  },
})
const PIECE = event('content_block_delta', {
  delta: { type: 'text_delta', text: 'größe '.repeat(50) },
})
const END = event('message_delta', { usage: { output_tokens: 30 } })

function metered(
  chunks: readonly (string | Buffer)[],
  contentType = 'text/event-stream; charset=utf-8',
): ReturnType<ReturnType<typeof createLedger>['usage']> {
  const ledger = createLedger()
  const meter = createMeter(ledger.open(), contentType)
  for (const chunk of chunks) meter.add(Buffer.from(chunk))
  meter.end()
  return ledger.usage()
}

const WHOLE = { costMicroUsd: 100 * 2 + 5 + 300, inputTokens: 150, outputTokens: 30 }

describe('a stream', () => {
  test('is counted by what its first and its last message say', () => {
    expect(metered([START, PIECE, END])).toEqual(WHOLE)
  })

  test('is counted alike wherever it is cut', () => {
    const bytes = Buffer.from([START, PIECE, PIECE, END].join(''))
    assert(
      property(array(nat(bytes.length), { maxLength: 30 }), (cuts) => {
        const ends = [...cuts, bytes.length].toSorted((a, b) => a - b)
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
        expect(metered(chunks)).toEqual(WHOLE)
      }),
    )
  })

  test('may have lines that end as on Windows', () => {
    expect(metered([[START, END].join('').replaceAll('\n', '\r\n')])).toEqual(WHOLE)
  })

  test('that breaks off is counted by its length: what was generated is billed', () => {
    const { outputTokens, inputTokens } = metered([START, PIECE])
    expect(inputTokens).toBe(150)
    expect(outputTokens).toBeGreaterThan(100)
  })

  test('of a line without an end costs no memory, and counts', () => {
    const ledger = createLedger()
    const meter = createMeter(ledger.open(), 'text/event-stream')
    meter.add(Buffer.from(START))
    const piece = Buffer.alloc(2 ** 20, 'x')
    const before = process.memoryUsage().arrayBuffers
    for (let index = 0; index < 100; index += 1) meter.add(piece)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 2 ** 20)
    meter.end()
    expect(ledger.usage().outputTokens).toBeGreaterThan(30 * 2 ** 20)
  })

  test.each([
    ['data: {"type":"message_start"'],
    ['data: {"type":"message_start","message":{"model":7}}\n'],
    ['data: {"type":"message_delta","usage":{"output_tokens":"many"}}\n'],
    ['<html>message_start</html>'],
    [''],
  ])('that makes no sense counts for nothing: %s', (text) => {
    expect(metered([text]).costMicroUsd).toBe(0)
  })
})

describe('a document', () => {
  const document = JSON.stringify({
    model: MODEL,
    usage: { input_tokens: 100, output_tokens: 30, cache_read_input_tokens: 50 },
  })

  test('is counted by its usage', () => {
    expect(metered([document.slice(0, 20), document.slice(20)], 'application/json')).toEqual(WHOLE)
  })

  test.each(['{"type":"error"}', '', '{"input_tokens":7}', '[1'])('may be none: %s', (text) => {
    expect(metered([text], 'application/json').costMicroUsd).toBe(0)
  })
})

test('what is on its way counts already', () => {
  const ledger = createLedger()
  const meter = createMeter(ledger.open(), 'text/event-stream')
  meter.add(Buffer.from(START))
  expect(ledger.usage().inputTokens).toBe(150)
  expect(ledger.take()).toEqual([])
  meter.add(Buffer.from(END))
  meter.end()
  expect(ledger.take()).toMatchObject([{ model: MODEL, requests: 1, outputTokens: 30 }])
  expect(ledger.take()).toEqual([])
  expect(ledger.usage()).toEqual(WHOLE)
})
