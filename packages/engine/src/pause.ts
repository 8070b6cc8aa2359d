import type { Pause, WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

const KEY = 'pause'

/** Lets nothing more start; what runs goes on. Pausing again keeps the first moment. */
export function pause(tx: WriteTx, { clock }: EngineDeps, reason: string | undefined): Pause {
  const now = clock.now()
  const paused = pausedBy(tx, now, reason)
  tx.events.append({ type: 'service.paused', at: now, data: { reason } })
  return paused
}

/** The same without its event, which whoever calls has to write. */
export function pausedBy(tx: WriteTx, at: Date, reason: string | undefined): Pause {
  const since = tx.facts().pause?.since ?? at
  tx.settings.put(KEY, { since: since.toISOString(), ...(reason !== undefined && { reason }) })
  return { since, reason }
}

/** Lets tasks start again. */
export function resume(tx: WriteTx, { clock }: EngineDeps): void {
  if (tx.facts().pause === undefined) return
  tx.settings.put(KEY, undefined)
  tx.events.append({ type: 'service.resumed', at: clock.now(), data: {} })
}
