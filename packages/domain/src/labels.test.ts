import { array, assert, constantFrom, property, shuffledSubarray, string } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { hasLabels, normalizeLabels, poolOf } from './labels.ts'

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
  ])('of workers with the labels %j and the executors %j is %j', (labels, executors, pool) => {
    expect(poolOf(labels, executors)).toBe(pool)
  })

  test('does not depend on the order in which things are named', () => {
    const names = ['a', 'b', 'c', 'claude', 'command:x']
    assert(
      property(shuffledSubarray(names), array(constantFrom(...names)), (labels, executors) => {
        const pool = poolOf(labels, executors)
        expect(poolOf(labels.toReversed(), [...executors, ...executors].toReversed())).toBe(pool)
      }),
    )
  })

  test('is another one for other labels', () => {
    const label = string({ minLength: 1, maxLength: 3, unit: constantFrom('a', 'b', '-') })
    assert(
      property(array(label), array(label), (one, other) => {
        const isSame = normalizeLabels(one).join('\n') === normalizeLabels(other).join('\n')
        expect(poolOf(one, []) === poolOf(other, [])).toBe(isSame)
      }),
    )
  })
})
