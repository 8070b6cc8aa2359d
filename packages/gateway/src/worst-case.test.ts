import { describe, expect, test } from 'vitest'

import { worstCaseOf } from './worst-case.ts'

const MODEL = 'claude-sonnet-5-5'

/** In micro-dollars; a token of input costs two of them, one of output ten. */
function worst(fields: object): { readonly cost: number; readonly bytes: number } {
  const body = Buffer.from(JSON.stringify({ model: MODEL, max_tokens: 1000, ...fields }))
  return { cost: worstCaseOf(body), bytes: body.length }
}

const said = (content: unknown): object => ({ messages: [{ role: 'user', content }] })
const ADDED = 2000
const CONTEXT = 1_000_000
const OUTPUT = 1000 * 10

describe('the most that a request can cost', () => {
  test('is a token a byte, and the whole answer', () => {
    const { cost, bytes } = worst(said('1 2 3 4 5 6 7 8 9'))
    expect(cost).toBe((bytes + ADDED) * 2 + OUTPUT)
  })

  test.each([
    ['five minutes', { type: 'ephemeral' }, 2.5],
    ['an hour', { type: 'ephemeral', ttl: '1h' }, 4],
  ])('counts all of it as written to the cache for %s, where some is', (_name, cache, price) => {
    const { cost, bytes } = worst({ system: [{ type: 'text', text: '', cache_control: cache }] })
    expect(cost).toBe(Math.ceil((bytes + ADDED) * price) + OUTPUT)
  })

  test('knows that images can be packed, and documents even more', () => {
    const image = worst(said([{ type: 'image', source: {} }]))
    expect(image.cost).toBe((image.bytes + ADDED + 5000) * 2 + OUTPUT)
    expect(worst(said([{ type: 'document', source: {} }])).cost).toBe(CONTEXT * 2 + OUTPUT)
  })

  test('counts searches, and whatever they find', () => {
    const tools = [{ type: 'web_search_20250305', max_uses: 8 }, { type: 'web_search_x' }, {}]
    expect(worst({ tools }).cost).toBe(CONTEXT * 2 + OUTPUT + 28 * 10_000)
  })

  test('is never more than the largest context', () => {
    expect(worst(said('x'.repeat(2 * CONTEXT))).cost).toBe(CONTEXT * 2 + OUTPUT)
  })

  test('takes what is not said for the dearest', () => {
    const body = Buffer.from('{}')
    expect(worstCaseOf(body)).toBe((2 + ADDED) * 8 + 128_000 * 40)
  })

  test('is nothing for what is no request', () => {
    expect(worstCaseOf(Buffer.from('[1'))).toBe(0)
  })
})
