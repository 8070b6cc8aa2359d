import type { ViolationKind } from './check/evidence.ts'
import type { KeptResult } from './results.ts'

/** What brings a mutant to light: which faults, in how many runs at most, as what. */
export interface MutantTrial {
  readonly mutant: string
  readonly faults: readonly string[]
  readonly runs: number
  readonly shows: ViolationKind
}

export const TRIALS: readonly MutantTrial[] = [
  { mutant: 'commit-after-answer', faults: ['kill-api'], runs: 4, shows: 'lost' },
  { mutant: 'fence-unchecked', faults: ['freeze-worker'], runs: 4, shows: 'doubled' },
  { mutant: 'reconciler-off', faults: ['redis-away'], runs: 3, shows: 'stuck' },
  { mutant: 'ledger-off', faults: ['kill-api'], runs: 2, shows: 'doubled' },
  { mutant: 'lease-never-ages', faults: ['kill-worker'], runs: 3, shows: 'stuck' },
]

/** Whether a run shows what the mutant breaks; that something else went wrong does not count. */
export function isCaught({ shows }: MutantTrial, { violations }: KeptResult): boolean {
  return violations.some(({ kind }) => kind === shows)
}

/** One line about what a mutant came to. */
export function verdictOf(trial: MutantTrial, results: readonly KeptResult[]): string {
  const caught = results.find((result) => isCaught(trial, result))
  if (caught === undefined) return `${trial.mutant}: NOT CAUGHT in ${results.length} runs`
  const [first] = caught.violations.filter(({ kind }) => kind === trial.shows)
  const where = `${caught.fault} #${caught.runIndex}`
  return `${trial.mutant}: caught, ${trial.shows} in ${where}: ${first?.message ?? ''}`
}
