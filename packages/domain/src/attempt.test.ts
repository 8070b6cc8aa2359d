import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { ATTEMPT_STATUSES, attemptTransitions, transitionAttempt } from './attempt.ts'
import type { AttemptMove, AttemptStatus } from './attempt.ts'
import { InvalidTransitionError } from './errors.ts'

const MOVES: readonly AttemptMove[] = [
  'claim',
  'expire',
  'succeed',
  'fail',
  'cancel',
  'interrupt',
  'lose',
]

const LEGAL: readonly (readonly [AttemptStatus, AttemptMove, AttemptStatus])[] = [
  ['dispatched', 'claim', 'running'],
  ['dispatched', 'expire', 'expired'],
  ['dispatched', 'cancel', 'canceled'],
  ['running', 'succeed', 'succeeded'],
  ['running', 'fail', 'failed'],
  ['running', 'cancel', 'canceled'],
  ['running', 'interrupt', 'interrupted'],
  ['running', 'lose', 'lost'],
]

const ILLEGAL = ATTEMPT_STATUSES.flatMap((from) =>
  MOVES.filter((move) => !LEGAL.some((legal) => legal[0] === from && legal[1] === move)).map(
    (move) => [from, move] as const,
  ),
)

describe('an attempt', () => {
  test.each(LEGAL)('that is %s goes by %s to %s', (from, move, to) => {
    expect(transitionAttempt(from, move)).toBe(to)
  })

  test.each(ILLEGAL)('that is %s cannot %s', (from, move) => {
    expect(() => transitionAttempt(from, move)).toThrow(InvalidTransitionError)
  })

  test('ends at most once, whatever is tried on it', () => {
    assert(
      property(array(constantFrom(...MOVES), { maxLength: 20 }), (moves) => {
        const seen: AttemptStatus[] = ['dispatched']
        for (const move of moves) {
          const next = attemptTransitions[seen.at(-1) ?? 'dispatched'][move]
          if (next !== undefined) seen.push(next)
        }
        const ends = seen.filter((status) => Object.keys(attemptTransitions[status]).length === 0)
        expect(ends.length).toBeLessThanOrEqual(1)
        expect(new Set(seen).size).toBe(seen.length)
      }),
    )
  })
})
