import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { InvalidTransitionError } from './errors.ts'
import { isFinal, TASK_STATUSES, taskTransitions, transitionTask } from './task.ts'
import type { TaskMove, TaskStatus } from './task.ts'

const MOVES: readonly TaskMove[] = [
  'start',
  'succeed',
  'fail',
  'cancel',
  'requeue',
  'ask-person',
  'hear-person',
]

/** Every legal move: from, move, to. What is not in this list must be refused. */
const LEGAL: readonly (readonly [TaskStatus, TaskMove, TaskStatus])[] = [
  ['queued', 'start', 'running'],
  ['queued', 'cancel', 'canceled'],
  ['queued', 'fail', 'failed'],
  ['queued', 'ask-person', 'waiting'],
  ['running', 'succeed', 'succeeded'],
  ['running', 'fail', 'failed'],
  ['running', 'cancel', 'canceled'],
  ['running', 'requeue', 'queued'],
  ['running', 'ask-person', 'waiting'],
  ['waiting', 'hear-person', 'queued'],
  ['waiting', 'cancel', 'canceled'],
  ['waiting', 'fail', 'failed'],
]

const ILLEGAL = TASK_STATUSES.flatMap((from) =>
  MOVES.filter((move) => !LEGAL.some((legal) => legal[0] === from && legal[1] === move)).map(
    (move) => [from, move] as const,
  ),
)

/** The statuses that a task goes through when everything is tried on it; what is refused changes nothing. */
function history(moves: readonly TaskMove[]): readonly TaskStatus[] {
  const statuses: TaskStatus[] = ['queued']
  for (const move of moves) {
    const status = statuses.at(-1) ?? 'queued'
    statuses.push(taskTransitions[status][move] ?? status)
  }
  return statuses
}

describe('a task', () => {
  test.each(LEGAL)('that is %s goes by %s to %s', (from, move, to) => {
    expect(transitionTask(from, move)).toBe(to)
  })

  test.each(ILLEGAL)('that is %s cannot %s', (from, move) => {
    expect(() => transitionTask(from, move)).toThrow(InvalidTransitionError)
  })

  test.each(['succeeded', 'failed', 'canceled'] as const)('that has %s is over', (status) => {
    expect(isFinal(status)).toBe(true)
    expect(taskTransitions[status]).toEqual({})
  })

  test.each(['queued', 'running', 'waiting'] as const)('that is %s is not over', (status) => {
    expect(isFinal(status)).toBe(false)
  })

  test('ends at most once, whatever is tried on it, and stays as it ended', () => {
    assert(
      property(array(constantFrom(...MOVES), { maxLength: 40 }), (moves) => {
        const statuses = history(moves)
        const ends = statuses.filter(isFinal)
        expect(new Set(ends).size).toBeLessThanOrEqual(1)
        expect(statuses.slice(statuses.length - ends.length)).toEqual(ends)
      }),
    )
  })

  test.each(['queued', 'running', 'waiting'] as const)('that is %s can end', (status) => {
    expect(isFinal(transitionTask(status, 'cancel'))).toBe(true)
    expect(isFinal(transitionTask(status, 'fail'))).toBe(true)
  })
})

test('the error of an illegal move says where the task stood', () => {
  const error = new InvalidTransitionError('task', 'failed', 'start')
  expect(error).toMatchObject({
    code: 'INVALID_TRANSITION',
    currentStatus: 'failed',
    message: 'a task that is failed cannot start',
  })
})
