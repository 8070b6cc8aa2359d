import { setTimeout as delay } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { merge } from './merge.ts'

async function* numbers(from: number, to: number, produced: number[] = []): AsyncGenerator<number> {
  for (let value = from; value < to; value += 1) {
    produced.push(value)
    yield value
  }
}

test('holds every value of every stream once, in the order of its stream', async () => {
  const values = await Array.fromAsync(merge([numbers(0, 100), numbers(100, 150), numbers(0, 0)]))
  expect(values).toHaveLength(150)
  expect(values.filter((value) => value < 100)).toEqual(await Array.fromAsync(numbers(0, 100)))
  expect(values.filter((value) => value >= 100)).toEqual(await Array.fromAsync(numbers(100, 150)))
})

test('reads no further than one value ahead', async () => {
  const produced: number[] = []
  const merged = merge([numbers(0, 10, produced)])
  await merged.next()
  await delay(10)
  expect(produced).toEqual([0])
})

test('passes on what a stream throws', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1
    throw new Error('torn')
  }
  await expect(Array.fromAsync(merge([broken()]))).rejects.toThrow('torn')
})
