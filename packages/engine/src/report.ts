import type { Attempt, EventType, ModelUse, Task, WriteTx } from '@sleepless/domain'

import { costOf } from './attempt-cost.ts'
import { charge, currentDay } from './daily-budget.ts'
import { deliverMessage } from './deliver-message.ts'
import { existingTask } from './existing-task.ts'
import { heedQuota, type QuotaReport } from './heed-quota.ts'
import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'

/** Something that a worker tells about a running attempt. */
export type Report =
  | { readonly type: 'started'; readonly at: Date; readonly pid: number }
  | {
      readonly type: 'ready'
      readonly at: Date
      readonly model: string
      readonly version: string
    }
  | { readonly type: 'acted'; readonly at: Date; readonly action: string }
  | { readonly type: 'warned'; readonly at: Date; readonly message: string }
  | { readonly type: 'heard'; readonly at: Date; readonly number: number }
  | {
      readonly type: 'used'
      readonly at: Date
      /** Since this was last told. */
      readonly models: readonly ModelUse[]
      /** Of the attempt, from its start. */
      readonly costMicroUsd: number
      readonly quota?: QuotaReport | undefined
    }

const MILLION = 1_000_000

type UsedReport = Extract<Report, { readonly type: 'used' }>

const eventTypes = {
  started: 'attempt.started',
  ready: 'attempt.ready',
  acted: 'attempt.acted',
  warned: 'attempt.warned',
  used: 'usage.recorded',
} as const satisfies Record<Exclude<Report['type'], 'heard'>, EventType>

/** Reports of an attempt that follow each other. */
export interface ReportBatch {
  /** Number of the first report, from 1 within the attempt. */
  readonly firstSeq: number
  readonly reports: readonly Report[]
}

/**
 * Takes reports in order; those that were taken before are skipped.
 *
 * @returns the number of the last report taken, now or before.
 * @throws {LeaseLostError}
 * @throws {MessageNotFoundError} when it speaks of a message that the task was never sent.
 */
export function report(tx: WriteTx, deps: EngineDeps, holder: Holder, batch: ReportBatch): number {
  return takeReports(tx, deps, heldAttempt(tx, holder), batch)
}

/** @returns the number of the last report taken, now or before. */
export function takeReports(
  tx: WriteTx,
  { clock }: EngineDeps,
  attempt: Attempt,
  { firstSeq, reports }: ReportBatch,
): number {
  // A gap means that an earlier batch was not acknowledged: it will come again.
  if (firstSeq > attempt.reportSeq + 1) return attempt.reportSeq
  const fresh = reports.slice(attempt.reportSeq + 1 - firstSeq)
  for (const item of fresh) log(tx, attempt, item)
  const reportSeq = attempt.reportSeq + fresh.length
  const started = fresh.find((item) => item.type === 'started')
  const now = clock.now()
  const uses = fresh.filter((item) => item.type === 'used')
  const used = uses.at(-1)
  const costMicroUsd = used === undefined ? attempt.costMicroUsd : costOf(attempt, used)
  tx.attempts.update(attempt, {
    reportSeq,
    costMicroUsd,
    ...(started === undefined ? {} : { startedAt: started.at }),
  })
  // Once the attempt has it: what is spent is not granted any more.
  charge(tx, now, attempt, costMicroUsd)
  if (uses.length > 0) keepUses(tx, now, attempt, uses)
  return reportSeq
}

function keepUses(tx: WriteTx, now: Date, attempt: Attempt, uses: readonly UsedReport[]): void {
  const { project = '' }: Pick<Task, 'project'> = existingTask(tx, attempt.taskId)
  const day = currentDay(tx, now)
  for (const { models, quota } of uses) {
    for (const use of models) tx.spending.addUse({ ...use, day, project })
    if (quota !== undefined) heedQuota(tx, now, attempt, quota)
  }
}

function log(tx: WriteTx, attempt: Attempt, item: Report): void {
  if (item.type === 'heard') {
    deliverMessage(tx, attempt, item.number, item.at)
    return
  }
  const { type, at, ...data } = item
  tx.events.append({
    type: eventTypes[type],
    at,
    taskId: attempt.taskId,
    attemptId: attempt.id,
    data: item.type === 'used' ? usageData(item) : data,
  })
}

/** Events have dollars. */
function usageData({ models, costMicroUsd, quota }: UsedReport): Readonly<Record<string, unknown>> {
  return {
    models: models.map(({ costMicroUsd: cost, ...use }) => ({ ...use, costUsd: cost / MILLION })),
    costUsd: costMicroUsd / MILLION,
    quota,
  }
}
