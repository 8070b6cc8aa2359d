import type { Violation } from './check/evidence.ts'
import { enclosedDirectory } from './enclosure.ts'
import type { Fault } from './faults/fault.ts'
import { runLane } from './lane.ts'
import type { Options } from './options.ts'
import { planOf, type Job } from './plan.ts'
import { keepFailure, readState, writeState, type KeptResult } from './results.ts'
import type { RunResult } from './run.ts'
import type { Stack } from './stack/stack.ts'

export interface PassOptions {
  readonly options: Options
  readonly faults: readonly Fault[]
  readonly mutant: string | undefined
  readonly isMounting: boolean
  readonly print: (line: string) => void
  /** Asked after each run: whether to stop here. */
  readonly isEnough: (result: KeptResult) => boolean
}

const SETTLE_LIMIT_MS = { usual: 60_000, mutant: 25_000 }

/** Tries every fault as often as was asked for. @returns what was found, also by an earlier pass. */
export async function runPass(pass: PassOptions): Promise<readonly KeptResult[]> {
  const { options, faults, mutant, isMounting, print } = pass
  const { seed, runs, stacks, leaseMs, isFull, isResuming } = options
  const earlier = isResuming ? readState() : undefined
  const results: KeptResult[] = earlier?.seed === seed ? [...earlier.results] : []
  const isDone = ({ fault, runIndex }: Job): boolean =>
    results.some((result) => result.fault === fault.name && result.runIndex === runIndex)
  const jobs = planOf(faults, runs, seed).filter((job) => !isDone(job))
  const skipped = new Set<string>()
  let finished = 0
  let isEnding = false

  function done(job: Job, result: RunResult, stack: Stack): void {
    const { fault, runIndex } = job
    const { violations, recoveryMs, tasks, tookMs, evidence } = result
    const name = [seed, mutant, fault.name, runIndex].filter((part) => part !== undefined).join('-')
    const folder =
      violations.length === 0
        ? undefined
        : keepFailure(name, stack.places.logs, { seed: job.seed, violations, evidence })
    const kept = { fault: fault.name, runIndex, violations, recoveryMs, tasks, folder }
    results.push(kept)
    isEnding ||= pass.isEnough(kept)
    if (mutant === undefined) writeState({ seed, results })
    finished += 1
    const recovered = recoveryMs === undefined ? 'never' : `after ${secondsOf(recoveryMs)}`
    const what = `${tasks} tasks in ${secondsOf(tookMs)}, recovered ${recovered}`
    print(`${finished}/${jobs.length} ${fault.name} #${runIndex}: ${what}`)
    for (const violation of violations) print(`    ${lineOf(violation)}`)
    if (folder !== undefined) print(`    kept: ${folder}`)
  }

  const queue = [...jobs]
  const lanes = Array.from({ length: Math.min(stacks, jobs.length) }, () =>
    runLane({
      stack: { leaseMs, isMounting, mutant, directory: enclosedDirectory() },
      settings: {
        leaseMs,
        isFull,
        settleLimitMs: mutant === undefined ? SETTLE_LIMIT_MS.usual : SETTLE_LIMIT_MS.mutant,
      },
      next: () => (isEnding ? undefined : queue.shift()),
      done,
      skipped({ fault }, reason) {
        finished += 1
        if (!skipped.has(fault.name)) print(`skipped ${fault.name}: ${reason}`)
        skipped.add(fault.name)
      },
    }),
  )
  await Promise.all(lanes)
  return results
}

function secondsOf(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function lineOf({ kind, message }: Violation): string {
  return `${kind}: ${message}`
}
