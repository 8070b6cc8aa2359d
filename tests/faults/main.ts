import { CRASH_POINTS } from './composition/crash-points.ts'
import { isEnclosed, runEnclosed } from './enclosure.ts'
import { visitedPoints } from './faults/crash-point.ts'
import { FAULTS, faultsNamed, SHORT_PASS } from './faults/index.ts'
import { parseOptions, USAGE, type Options } from './options.ts'
import { runPass } from './pass.ts'
import { readState, type KeptResult } from './results.ts'
import { table } from './table.ts'
import { isCaught, TRIALS, verdictOf } from './try-mutants.ts'

// oxlint-disable-next-line no-console -- what this program is for
const print = (line: string): void => console.log(line)

/** Apart from 1, which says that a promise was broken: the harness itself could not go on. */
const BROKEN_HARNESS = 70

try {
  process.exitCode = await main()
} catch (error) {
  print(error instanceof Error ? String(error.stack) : String(error))
  process.exitCode = BROKEN_HARNESS
}
// Whatever is still open belongs to stacks that are gone.
process.exit()

async function main(): Promise<number> {
  let options: Options
  try {
    options = parseOptions(process.argv.slice(2))
  } catch (error) {
    print(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
  if (options.isListing) return list()
  if (!isEnclosed()) {
    const code = await runEnclosed()
    if (code !== undefined) return code
    print('namespaces cannot be made here: faults of full disks are skipped')
  }
  if (options.isResuming) options = { ...options, seed: readState()?.seed ?? options.seed }
  print(`seed ${options.seed}`)
  if (options.isTryingMutants) return tryMutants(options)
  return options.mutant === undefined ? tryFaults(options) : tryMutant(options, options.mutant)
}

async function tryFaults(options: Options): Promise<number> {
  const faults = options.isShort
    ? FAULTS.filter(({ name }) => SHORT_PASS.has(name))
    : faultsNamed(options.only)
  if (faults.length === 0) return unknown(options.only ?? '')
  const results = await runPass({ ...shared(options), faults, mutant: undefined })
  print(
    `\n${table(
      results,
      FAULTS.map(({ name }) => name),
    )}\n`,
  )
  if (results.some(({ fault }) => fault === 'crash-point')) {
    print(`crash points visited: ${visitedPoints.size} of ${CRASH_POINTS.length}`)
  }
  return exitCode(results, options)
}

async function tryMutant(options: Options, mutant: string): Promise<number> {
  const trial = TRIALS.find((one) => one.mutant === mutant)
  if (trial === undefined) return unknown(mutant)
  const faults =
    options.only === undefined ? trial.faults.flatMap(faultsNamed) : faultsNamed(options.only)
  const runs = Math.max(options.runs, trial.runs)
  const results = await runPass({
    ...shared({ ...options, runs }),
    faults,
    mutant,
    isEnough: (result) => isCaught(trial, result),
  })
  print(verdictOf(trial, results))
  return results.some((result) => isCaught(trial, result)) ? 1 : 0
}

/** Passes when every mutant fails. */
async function tryMutants(options: Options): Promise<number> {
  const codes: number[] = []
  for (const { mutant } of TRIALS) codes.push(await tryMutant({ ...options, stacks: 1 }, mutant))
  return codes.every((code) => code === 1) ? 0 : 1
}

function shared(options: Options): {
  readonly options: Options
  readonly isMounting: boolean
  readonly print: typeof print
  readonly isEnough: () => boolean
} {
  return { options, isMounting: isEnclosed(), print, isEnough: () => false }
}

function exitCode(results: readonly KeptResult[], { seed }: Options): number {
  const failed = results.filter(({ violations }) => violations.length > 0)
  for (const { fault, runIndex, folder } of failed) {
    print(`failed: ${fault} #${runIndex} of seed ${seed}: ${folder ?? ''}`)
  }
  return failed.length === 0 ? 0 : 1
}

function unknown(name: string): number {
  print(`there is no ${name}; --list shows what there is`)
  return 2
}

function list(): number {
  for (const { row, name, title } of FAULTS) print(`${String(row).padStart(2)}  ${name}: ${title}`)
  print('\nmutants:')
  for (const { mutant, faults } of TRIALS) print(`    ${mutant}: shown by ${faults.join(', ')}`)
  return 0
}
