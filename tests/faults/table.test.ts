import { expect, test } from 'vitest'

import type { KeptResult } from './results.ts'
import { quantile, table } from './table.ts'

const result: KeptResult = {
  fault: 'kill-api',
  runIndex: 0,
  violations: [],
  recoveryMs: 1000,
  tasks: 10,
  folder: undefined,
}

test('a fault has one line, with what all its runs came to', () => {
  const lost = { kind: 'lost', message: 'gone' } as const
  const results = [result, { ...result, violations: [lost, lost], recoveryMs: 3000 }]
  const [, line] = table(results, ['kill-api', 'kill-all']).split('\n')
  expect(line?.split(/ {2,}/)).toEqual([
    'kill-api',
    '2',
    '20',
    '2',
    '0',
    '0',
    '0',
    '3.00 s',
    '3.00 s',
  ])
})

test('a fault after which nothing went on has no time', () => {
  expect(table([{ ...result, recoveryMs: undefined }], ['kill-api'])).toContain('–')
})

test('a quantile is one of the values', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2)
  expect(quantile([3, 1, 2], 0.99)).toBe(3)
  expect(quantile([], 0.5)).toBeUndefined()
})
