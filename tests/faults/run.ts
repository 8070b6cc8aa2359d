import { setTimeout as pause } from 'node:timers/promises'

import { ApiError } from '@sleepless/contracts'
import { seededRandom, waitFor } from '@sleepless/testing'

import { check } from './check/check.ts'
import { FINAL, type Evidence, type Violation } from './check/evidence.ts'
import { isSettled } from './check/no-end.ts'
import type { Fault, FaultSettings } from './faults/fault.ts'
import { createEffectOwner, type EffectOwner } from './load/effect-owner.ts'
import { createSubmitter, type Submitter } from './load/submitter.ts'
import { plainTask, taskMix, type PlannedTask } from './load/task-mix.ts'
import type { Stack } from './stack/stack.ts'
import { probeStaleWrites } from './stale-writer.ts'
import { collect, tasksOf } from './watch/collect.ts'
import { recoveryMs } from './watch/recovery.ts'

export interface RunInput {
  readonly stack: Stack
  readonly fault: Fault
  /** Of this fault, from 0. */
  readonly runIndex: number
  readonly runId: string
  readonly seed: string
  readonly settings: FaultSettings
}

export interface RunResult {
  readonly violations: readonly Violation[]
  /** From the end of the fault; undefined when nothing went on. */
  readonly recoveryMs: number | undefined
  readonly tasks: number
  /** From its first task to the last look at it. */
  readonly tookMs: number
  /** For the folder of a run that failed. */
  readonly evidence: Evidence | undefined
}

/** Over which submissions are spread; the fault begins within. */
const SPREAD_MS = 1500
const RETRY_MS = 100
const ACKNOWLEDGE_LIMIT_MS = 120_000

/** A stream of tasks, a fault in the middle of it, and a look at what became of them. */
export async function runOnce(input: RunInput): Promise<RunResult> {
  const { stack, fault, runId, settings, runIndex } = input
  const { watch, client } = stack
  const random = seededRandom(input.seed)
  const startedMs = performance.now()
  const afterEvent = watch.lastId
  const giveUp = AbortSignal.timeout(ACKNOWLEDGE_LIMIT_MS + settings.settleLimitMs)
  const submitter = createSubmitter({ client, runId, retryMs: RETRY_MS, signal: giveUp })
  const pending: Promise<string>[] = []
  const submit = (task: PlannedTask): Promise<string> => {
    const acknowledged = submitter.submit(task)
    pending.push(acknowledged)
    return acknowledged
  }
  for (const task of taskMix(random, { runId, spreadMs: SPREAD_MS })) {
    void submit(task).catch(() => undefined)
  }

  const owner = createEffectOwner({ client, runId, retryMs: RETRY_MS, signal: giveUp })
  const begun = Promise.all([owner.dieOver('first'), diesLate(owner, random.below(SPREAD_MS))])

  await pause(200 + random.below(SPREAD_MS))
  const faultBeganMs = performance.now()
  const aftermath = await fault.inject({ stack, random, settings, runIndex, runId, submit })
  const faultEndedMs = performance.now()
  const probe = `${runId}-probe`
  const probeTaskId = await submit(
    plainTask(probe, { executor: 'command', mode: 'quiet', priority: 100 }),
  )
  const refused = await Promise.allSettled([...pending, begun])
  await owner.takeOver('first')
  await owner.takeOver('second')
  await owner.takeOver('first')
  await untilSettled(stack, submitter, settings)
  const canceled = await cancelPatient(stack, submitter)

  const submissions = submitter
    .submissions()
    .map((one) => (canceled.has(one.taskId) ? { ...one, isCanceled: true } : one))
  const evidence = await collect(stack, {
    runId,
    afterEvent,
    submissions,
    ledgerEffects: owner.done(),
  })
  const violations = [
    ...check(evidence, tolerated(fault)),
    ...refusals(refused),
    ...(aftermath?.(evidence) ?? []),
    ...(await probeStaleWrites(stack, evidence)),
  ]
  const { heard } = evidence
  const tasks = submissions.length
  const measured = recoveryMs({ heard, faultBeganMs, faultEndedMs, probeTaskId })
  const tookMs = performance.now() - startedMs
  return { violations, recoveryMs: measured, tasks, tookMs, evidence }
}

async function diesLate(owner: EffectOwner, afterMs: number): Promise<void> {
  await pause(afterMs)
  await owner.dieOver('second')
}

/** A task that depends on one that failed ends with it; a worker's death may use up its tries. */
function tolerated({ tolerates = [] }: Fault): ReadonlySet<string> {
  return new Set(['DEPENDENCY_FAILED', 'WORKER_LOST', ...tolerates])
}

/** Until all tasks have ended or wait with a reason that ends by itself, as far as they ever do. */
async function untilSettled(
  stack: Stack,
  submitter: Submitter,
  { settleLimitMs }: FaultSettings,
): Promise<void> {
  const unsettled = new Map(submitter.submissions().map((one) => [one.taskId, one]))
  const goneAtMs = performance.now() + GONE_MS
  const probe = async (): Promise<boolean> => {
    for (const [id, submission] of unsettled) {
      const found = await tasksOf(stack, [submission])
      const task = found.get(id)
      if (task === undefined) {
        // The checks will say so.
        if (performance.now() > goneAtMs) unsettled.delete(id)
      } else if (FINAL.has(task.status)) unsettled.delete(id)
      else if (isSettled(task) && waitsForLong(task.waitingFor)) unsettled.delete(id)
    }
    return unsettled.size === 0
  }
  await waitFor(probe, {
    description: 'all tasks to settle',
    timeoutMs: settleLimitMs,
    intervalMs: 100,
  }).catch(() => undefined)
}

/** Waiting for longer than that is not worth it. */
const LONG_MS = 30_000
/** What is not there by then does not come any more. */
const GONE_MS = 3000

function waitsForLong(waitingFor: { readonly until: string | null } | null): boolean {
  const until = waitingFor?.until
  return until !== null && until !== undefined && Date.parse(until) > Date.now() + LONG_MS
}

/** What waits for a far moment, because of a clock that was changed, would be there for the next run. */
async function cancelPatient(stack: Stack, submitter: Submitter): Promise<ReadonlySet<string>> {
  const canceled = new Set<string>()
  for (const [id, task] of await tasksOf(stack, submitter.submissions())) {
    if (FINAL.has(task.status) || !isSettled(task)) continue
    canceled.add(id)
    // Unless it has ended just now, which the answer says.
    await stack.client.cancelTask(id).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 409)) throw error
    })
  }
  return canceled
}

function refusals(results: readonly PromiseSettledResult<unknown>[]): readonly Violation[] {
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return []
    return [{ kind: 'other', message: `a request was never answered: ${String(result.reason)}` }]
  })
}
