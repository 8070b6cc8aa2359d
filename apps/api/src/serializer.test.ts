import { expect, test } from 'vitest'
import { z } from 'zod'

import { plainSerializer } from './serializer.ts'
import { checkingSerializer } from './test-kit/checking-serializer.ts'

const schema = z.object({ id: z.string(), of: z.object({ at: z.iso.datetime() }).nullable() })
const route = { schema, method: 'GET', url: '/' }
const whole = { id: 'a', of: { at: '2026-01-01T00:00:00Z' } }

test('both write an answer that is as its schema says alike', () => {
  for (const serializer of [plainSerializer, checkingSerializer]) {
    expect(serializer(route)(whole)).toBe(JSON.stringify(whole))
    expect(serializer(route)({ ...whole, left: undefined })).toBe(JSON.stringify(whole))
  }
})

test.each([
  ['lacks a field', { id: 'a' }, 'refuses'],
  ['has a field of another form', { id: 1, of: null }, 'refuses'],
  ['has a field too many', { ...whole, secret: 'a' }, 'more than its schema knows'],
  ['has one too many further down', { id: 'a', of: { ...whole.of, secret: 'a' } }, 'more than'],
])('the one of the tests refuses an answer that %s', (_how, answer, message) => {
  expect(() => checkingSerializer(route)(answer)).toThrow(message)
})
