import { describe, expect, test } from 'vitest'

import { redact, summary } from './redact.ts'

describe('what git says loses', () => {
  test.each([
    ["access 'https://u:p@host/r.git/'", "access 'https://host/r.git/'"],
    ['https://token@host/r', 'https://host/r'],
    ['https://u:p@ss@host/r', 'https://host/r'],
    ['ssh://git@host:22/r', 'ssh://host:22/r'],
    ['https://host/r?token=x and more', 'https://host/r and more'],
  ])('credentials: %j', (text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  test.each(['git@host:group/r.git', '/a/b@c?d', 'fatal: no such thing'])(
    'nothing else: %j',
    (text) => {
      expect(redact(text)).toBe(text)
    },
  )
})

test('a summary has no hints, no control characters and an end', () => {
  expect(summary('hint: do\n\nfatal: a\u001b[31m\n')).toBe('fatal: a[31m')
  expect(summary('x'.repeat(1_000))).toHaveLength(600)
})
