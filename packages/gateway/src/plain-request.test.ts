import { gzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { plainRequest } from './plain-request.ts'
import { worstCaseOf } from './worst-case.ts'

const plain = (text: string): string | undefined => plainRequest(Buffer.from(text), {})?.toString()

test('what is written plainly stays as it is', () => {
  const text = '{"model":"m","max_tokens":10,"messages":[{"role":"user","content":"ä \\n 😀"}]}'
  expect(plain(text)).toBe(text)
})

test('of a name that comes twice, one is passed on: the one that counts', () => {
  expect(plain('{"max_tokens":100000,"max_tokens":1}')).toBe('{"max_tokens":1}')
})

test('a word that escapes hide is seen', () => {
  const hidden =
    '{"model":"m","max_tokens":1,"system":[{"cache\\u005fcontrol":{"ttl":"1\\u0068"}}]}'
  const shown = plainRequest(Buffer.from(hidden), {}) ?? Buffer.alloc(0)
  expect(shown.toString()).toContain('"cache_control":{"ttl":"1h"}')
  expect(worstCaseOf(shown)).toBeGreaterThan(worstCaseOf(Buffer.from(hidden)))
})

test.each([
  ['no JSON', '{"model":'],
  ['nothing', ''],
])('%s is not passed on', (_, text) => {
  expect(plain(text)).toBeUndefined()
})

test('what is packed is not passed on', () => {
  const body = gzipSync('{}')
  expect(plainRequest(body, { 'content-encoding': 'gzip' })).toBeUndefined()
  expect(plainRequest(Buffer.from('{}'), { 'content-encoding': 'identity' })).toBeDefined()
})
