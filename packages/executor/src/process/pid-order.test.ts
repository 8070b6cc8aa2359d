import { describe, expect, test } from 'vitest'

import { areYoungerGreater, readPidCounts } from './pid-order.ts'
import { birthOf } from './processes.ts'

const birth = { pid: 1000, startTicks: 5, forks: 70_000 }
const MAX_PID = 32_768

describe('the pids of younger processes', () => {
  test.each([
    ['nothing was started since', 70_000, true],
    ['some were', 80_000, true],
    ['so many were that they may have begun again', 90_000, false],
    ['they have begun again many times', 1_000_000, false],
    ['the count makes no sense', 60_000, false],
  ])('are greater when %s: %i → %s', (_, forks, expected) => {
    expect(areYoungerGreater(birth, { forks, maxPid: MAX_PID })).toBe(expected)
  })

  test('are not known to be where the system does not count', () => {
    expect(areYoungerGreater({ ...birth, forks: 0 }, { forks: 0, maxPid: MAX_PID })).toBe(false)
    expect(areYoungerGreater(birth, { forks: 70_000, maxPid: Number.NaN })).toBe(false)
  })

  test('are counted by this system', () => {
    const { forks, maxPid } = readPidCounts()
    expect(forks).toBeGreaterThan(0)
    expect(maxPid).toBeGreaterThanOrEqual(process.pid)
    expect(birthOf(process.pid)).toMatchObject({ pid: process.pid })
  })
})
