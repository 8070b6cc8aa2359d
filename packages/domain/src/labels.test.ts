import { array, assert, constantFrom, property, shuffledSubarray, string } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { AVAILABLE, LOGGED_OUT } from './fixtures/facts.ts'
import { hasLabels, normalizeLabels, poolOf } from './labels.ts'
import type { Worker } from './worker.ts'

function able(executors: readonly string[]): Worker['executors'] {
  return Object.fromEntries(executors.map((name) => [name, AVAILABLE]))
}

describe('labels', () => {
  test('are sorted, and each is there once', () => {
    expect(normalizeLabels(['b', 'a', 'b'])).toEqual(['a', 'b'])
  })

  test.each([
    [[], [], true],
    [['a'], [], true],
    [['a', 'b'], ['b'], true],
    [['a'], ['a', 'b'], false],
    [[], ['a'], false],
  ])('%j serve a task that needs %j: %s', (offered, required, serves) => {
    expect(hasLabels(offered, required)).toBe(serves)
  })
})

describe('a pool', () => {
  test.each([
    [[], ['claude'], ''],
    [['gpu'], ['claude'], 'gpu'],
    [[], ['command:lint', 'claude'], '+command:lint'],
    [['eu', 'arm'], ['command:b', 'claude', 'command:a'], 'arm,eu,+command:a,+command:b'],
    [['gpu'], ['command:lint'], 'gpu,+command:lint,-claude'],
    [[], [], '-claude'],
  ])('of workers with the labels %j that can run %j is %j', (labels, executors, pool) => {
    expect(poolOf(labels, able(executors))).toBe(pool)
  })

  test('is not that of a worker one of whose executors does not work', () => {
    const lint = { 'command:lint': AVAILABLE }
    expect(poolOf([], { claude: LOGGED_OUT, ...lint })).toBe(poolOf([], lint))
    expect(poolOf([], { claude: AVAILABLE, 'command:lint': LOGGED_OUT })).toBe('')
  })

  test('does not depend on the order in which things are named', () => {
    const names = ['a', 'b', 'c', 'claude', 'command:x']
    assert(
      property(shuffledSubarray(names), array(constantFrom(...names)), (labels, executors) => {
        const pool = poolOf(labels, able(executors))
        expect(poolOf(labels.toReversed(), able(executors.toReversed()))).toBe(pool)
      }),
    )
  })

  test('is another one for other labels', () => {
    const label = string({ minLength: 1, maxLength: 3, unit: constantFrom('a', 'b', '-') })
    assert(
      property(array(label), array(label), (one, other) => {
        const isSame = normalizeLabels(one).join('\n') === normalizeLabels(other).join('\n')
        expect(poolOf(one, {}) === poolOf(other, {})).toBe(isSame)
      }),
    )
  })
})
