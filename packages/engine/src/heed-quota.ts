import type { Attempt, KnownQuota, WriteTx } from '@sleepless/domain'

/** What the provider said of an account's limits, as a worker tells it. */
export interface QuotaReport {
  readonly credentialId: string
  readonly isExhausted: boolean
  readonly resetsAt: string | null
  readonly windows: readonly {
    readonly name: string
    readonly utilization: number | null
    readonly resetsAt: string | null
  }[]
}

// A provider that does not say when is asked again after this long.
const UNKNOWN_RESET_MS = 5 * 60_000

/** Keeps what is known of the account that the attempt's worker uses. */
export function heedQuota(
  tx: WriteTx,
  now: Date,
  { id, taskId, workerId }: Pick<Attempt, 'id' | 'taskId' | 'workerId'>,
  report: QuotaReport,
): void {
  const quota = known(report, now)
  const { credentialId, isExhausted, resetsAt } = quota
  const before = tx.quotas.find(credentialId)
  tx.quotas.put(quota)
  if (workerId !== undefined) tx.quotas.assign(workerId, credentialId)
  if (!isExhausted || isStillExhausted(before, now)) return
  const data = { credentialId, resetsAt: resetsAt?.toISOString() }
  tx.events.append({ type: 'quota.exhausted', at: now, taskId, attemptId: id, data })
}

function known(
  { credentialId, isExhausted, resetsAt, windows }: QuotaReport,
  now: Date,
): KnownQuota {
  const unknown = isExhausted ? new Date(now.getTime() + UNKNOWN_RESET_MS) : undefined
  return {
    credentialId,
    isExhausted,
    resetsAt: instantOf(resetsAt) ?? unknown,
    windows: windows.map(({ name, utilization, resetsAt: reset }) => ({
      name,
      utilization: utilization ?? undefined,
      resetsAt: instantOf(reset),
    })),
    at: now,
  }
}

function isStillExhausted(before: KnownQuota | undefined, now: Date): boolean {
  return before?.isExhausted === true && before.resetsAt !== undefined && before.resetsAt > now
}

function instantOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text)
}
