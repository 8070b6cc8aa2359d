import type { Pause, WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

const KEY = 'pause'

/** Lets nothing more start; what runs goes on. Pausing again keeps the first moment. */
export function pause(tx: WriteTx, { clock }: EngineDeps, reason: string | undefined): Pause {
  const now = clock.now()
  const since = tx.facts().pause?.since ?? now
  tx.settings.put(KEY, { since: since.toISOString(), ...(reason !== undefined && { reason }) })
  tx.events.append({ type: 'service.paused', at: now, data: { reason } })
  return { since, reason }
}

/** Lets tasks start again. */
export function resume(tx: WriteTx, { clock }: EngineDeps): void {
  if (tx.facts().pause === undefined) return
  tx.settings.put(KEY, undefined)
  tx.events.append({ type: 'service.resumed', at: clock.now(), data: {} })
}
