import type { ServiceName, Wrapping } from '../ports.ts'
import { commitAfterAnswer } from './commit-after-answer.ts'
import { fenceUnchecked } from './fence-unchecked.ts'
import { leaseNeverAges } from './lease-never-ages.ts'
import { ledgerOff } from './ledger-off.ts'
import { reconcilerOff } from './reconciler-off.ts'

export interface Mutant {
  /** The service that is not as it is shipped. */
  readonly service: ServiceName
  readonly wrapping: Wrapping
}

/** Versions of the product that break a promise, each of which the checker must catch. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'commit-after-answer': { service: 'api', wrapping: commitAfterAnswer },
  'fence-unchecked': { service: 'api', wrapping: fenceUnchecked },
  'reconciler-off': { service: 'scheduler', wrapping: reconcilerOff },
  'ledger-off': { service: 'api', wrapping: ledgerOff },
  'lease-never-ages': { service: 'api', wrapping: leaseNeverAges },
}
