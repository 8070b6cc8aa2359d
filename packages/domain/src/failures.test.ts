import { describe, expect, test } from 'vitest'

import { isAgentUnavailable } from './agent.ts'
import { FAILURE_CODES, failureReasons } from './failures.ts'

const PARKED: readonly string[] = ['QUOTA_EXHAUSTED', 'DAILY_BUDGET_EXHAUSTED']

describe.each(FAILURE_CODES)('%s', (code) => {
  const { cause, remedy, counted } = failureReasons[code]

  test('says what happened, in a sentence', () => {
    expect(cause).toMatch(/^[A-Z].{10,}\.$/)
  })

  test('says what to do, in a sentence', () => {
    expect(remedy).toMatch(/^[A-Z].{10,}\.$/)
  })

  // Otherwise a task could go round for ever without anybody having to do anything.
  test('is counted, unless it takes its worker out of service, or waits for a known moment', () => {
    expect(counted).toBe(!isAgentUnavailable(code) && !PARKED.includes(code))
  })
})

test.each(FAILURE_CODES.filter(isAgentUnavailable))(
  '%s, the fault of a worker, is tried again elsewhere',
  (code) => {
    expect(failureReasons[code].retryable).toBe(true)
  },
)

test('every code stands in the table once', () => {
  expect(Object.keys(failureReasons).toSorted()).toEqual([...new Set(FAILURE_CODES)].toSorted())
  expect(new Set(FAILURE_CODES).size).toBe(FAILURE_CODES.length)
})
