import type { Attempt, EventType, ModelUse, WriteTx } from '@sleepless/domain'

import { costOf } from './attempt-cost.ts'
import { deliverMessage } from './deliver-message.ts'
import { heldAttempt, type Holder } from './held-attempt.ts'

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
      readonly quota?: object | undefined
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
export function report(tx: WriteTx, holder: Holder, batch: ReportBatch): number {
  return takeReports(tx, heldAttempt(tx, holder), batch)
}

/** @returns the number of the last report taken, now or before. */
export function takeReports(
  tx: WriteTx,
  attempt: Attempt,
  { firstSeq, reports }: ReportBatch,
): number {
  // A gap means that an earlier batch was not acknowledged: it will come again.
  if (firstSeq > attempt.reportSeq + 1) return attempt.reportSeq
  const fresh = reports.slice(attempt.reportSeq + 1 - firstSeq)
  for (const item of fresh) log(tx, attempt, item)
  const reportSeq = attempt.reportSeq + fresh.length
  const started = fresh.find((item) => item.type === 'started')
  const used = fresh.findLast((item) => item.type === 'used')
  tx.attempts.update(attempt, {
    reportSeq,
    ...(used === undefined ? {} : { costMicroUsd: costOf(attempt, used) }),
    ...(started === undefined ? {} : { startedAt: started.at }),
  })
  return reportSeq
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
