import { seededRandom } from '@sleepless/testing'

import type { Fault } from './faults/fault.ts'

/** One run that is to be done. */
export interface Job {
  readonly fault: Fault
  readonly runIndex: number
  readonly seed: string
}

/** Every fault in every round, in an order that the seed shuffles. */
export function planOf(faults: readonly Fault[], runs: number, seed: string): readonly Job[] {
  return Array.from({ length: runs }, (_, runIndex) => {
    const random = seededRandom(`${seed}/order/${runIndex}`)
    return faults
      .map((fault) => ({
        job: { fault, runIndex, seed: `${seed}/${fault.name}/${runIndex}` },
        at: random.next(),
      }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ job }) => job)
  }).flat()
}
