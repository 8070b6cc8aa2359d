import { setImmediate as turn } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { createBatches } from './batches.ts'

test('what is added in one turn travels together, and each gets its own answer', async () => {
  const sent: (readonly string[])[] = []
  const batches = createBatches<string, string>((number, entries) => {
    sent.push(entries)
    const answers = entries.map((entry) => entry.toUpperCase())
    queueMicrotask(() => batches.settle(number, answers))
  })
  expect(await Promise.all([batches.add('a'), batches.add('b')])).toEqual(['A', 'B'])
  expect(await batches.add('c')).toBe('C')
  expect(sent).toEqual([['a', 'b'], ['c']])
})

test('a batch is not held up by the one before it', async () => {
  const numbers: number[] = []
  const batches = createBatches<string, string>((number) => numbers.push(number))
  const first = batches.add('a')
  await turn()
  const second = batches.add('b')
  await turn()
  batches.settle(numbers[1] ?? 0, ['second'])
  batches.settle(numbers[0] ?? 0, ['first'])
  expect(await Promise.all([first, second])).toEqual(['first', 'second'])
})

test('what was sent, and what was to be, is rejected when the other side has ended', async () => {
  let batchCount = 0
  const batches = createBatches<string, string>(() => (batchCount += 1))
  const sent = batches.add('a')
  await turn()
  const waiting = batches.add('b')
  batches.abandon(new Error('gone'))
  await expect(sent).rejects.toThrow('gone')
  await expect(waiting).rejects.toThrow('gone')
  await turn()
  expect(batchCount).toBe(1)
})
