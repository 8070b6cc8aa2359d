import { setTimeout as pause } from 'node:timers/promises'

import type { Fault } from './fault.ts'

const HOUR_MS = 3_600_000
const SHIFTED_MS = 2000
/** In Europe/Berlin, the stack's zone, the clock jumps from 2 to 3 at this moment. */
const EDGE = Date.parse('2027-03-28T01:00:00Z')

const clockShift = (name: string, title: string, shiftMs: () => number): Fault => ({
  name: `clock-${name}`,
  row: 21,
  title,
  async inject({ stack }) {
    stack.shiftClock(shiftMs())
    await pause(SHIFTED_MS)
    stack.shiftClock(0)
  },
})

export const clockFaults: readonly Fault[] = [
  clockShift('plus-1h', 'the wall clock is an hour ahead for a while', () => HOUR_MS),
  clockShift('minus-1h', 'the wall clock is an hour behind for a while', () => -HOUR_MS),
  clockShift('plus-36h', 'the wall clock is 36 hours ahead for a while', () => 36 * HOUR_MS),
  clockShift('summer-time', 'the clocks go forward', () => EDGE - 1000 - Date.now()),
]
