import { parseArgs } from 'node:util'

export interface Options {
  readonly runs: number
  readonly seed: string
  /** A fault's name, or the number of its row. */
  readonly only: string | undefined
  readonly isShort: boolean
  readonly isFull: boolean
  readonly isResuming: boolean
  readonly isListing: boolean
  readonly mutant: string | undefined
  readonly isTryingMutants: boolean
  /** How many stacks run at once. */
  readonly stacks: number
  readonly leaseMs: number
}

export const USAGE = `pnpm test:faults [options]

  --runs N      how often each fault is tried (3)
  --seed S      chooses moments, tasks and targets (a random one, which is printed)
  --only FAULT  one fault by name, or the faults of one row
  --short       a pass of at most three minutes
  --full        outages, floods and locks at their full size
  --resume      go on where the last pass was broken off
  --mutant M    with a version of the product that breaks a promise: must not pass
  --mutants     every mutant in turn, and whether it was caught
  --stacks N    how many stacks run at once (3)
  --lease MS    lease of the stacks (2000)
  --list        the faults and the mutants`

/** @throws {TypeError} for what it does not know. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      short: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      mutant: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      stacks: { type: 'string' },
      lease: { type: 'string' },
    },
  })
  return {
    runs: wholeNumber('runs', values.runs, values.short ? 1 : 3),
    seed: values.seed ?? String(Math.floor(Math.random() * 1_000_000)),
    only: values.only,
    isShort: values.short,
    isFull: values.full,
    isResuming: values.resume,
    isListing: values.list,
    mutant: values.mutant,
    isTryingMutants: values.mutants,
    stacks: wholeNumber('stacks', values.stacks, 3),
    leaseMs: wholeNumber('lease', values.lease, 2000),
  }
}

function wholeNumber(name: string, given: string | undefined, usual: number): number {
  const value = given === undefined ? usual : Number(given)
  if (Number.isInteger(value) && value > 0) return value
  throw new TypeError(`--${name}: expected a whole number above 0, got ${String(given)}`)
}
