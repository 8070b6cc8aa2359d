import { mendClaude } from './faults/claude.ts'
import type { FaultSettings } from './faults/fault.ts'
import type { Job } from './plan.ts'
import { runOnce, type RunResult } from './run.ts'
import { startStack, type Stack, type StackOptions } from './stack/stack.ts'

export interface LaneOptions {
  readonly stack: StackOptions
  readonly settings: FaultSettings
  /** The next thing to do; undefined when nothing is left. */
  next(): Job | undefined
  done(job: Job, result: RunResult, stack: Stack): void
  skipped(job: Job, reason: string): void
}

/** A stack is replaced after so many runs: it should not be new for each, nor grow old. */
const RUNS_PER_STACK = 40

/** Works through jobs with one stack after the other. */
export async function runLane(options: LaneOptions): Promise<void> {
  let job = options.next()
  while (job !== undefined) {
    await using stack = await startStack(options.stack)
    let isSound = true
    let age = 0
    while (job !== undefined && isSound && age < RUNS_PER_STACK) {
      age += job.fault.weight ?? 1
      const unfit = job.fault.unfit?.(stack)
      if (unfit !== undefined) options.skipped(job, unfit)
      else {
        const result = await tryOnce(stack, job, options)
        options.done(job, result, stack)
        // What one run broke must not be held against the next.
        isSound = result.violations.length === 0
        if (isSound) mend(stack)
      }
      job = options.next()
    }
  }
}

async function tryOnce(stack: Stack, job: Job, { settings }: LaneOptions): Promise<RunResult> {
  const { fault, runIndex, seed } = job
  const runId = `${fault.name}-${runIndex}`
  try {
    return await runOnce({ stack, fault, runIndex, runId, seed, settings })
  } catch (error) {
    const message = `the run could not be finished: ${error instanceof Error ? error.stack : String(error)}`
    return {
      violations: [{ kind: 'other', message }],
      recoveryMs: undefined,
      tasks: 0,
      tookMs: 0,
      evidence: undefined,
    }
  }
}

function mend(stack: Stack): void {
  mendClaude(stack)
  for (const service of stack.services) {
    service.signal('SIGCONT')
    service.start()
  }
}
