import type { AttemptId, Order, Pause, WorkerId, WriteTx } from '@sleepless/domain'

import { pausedBy } from './pause.ts'
import type { EngineDeps } from './policy.ts'
import { settleAttempt } from './settle-attempt.ts'

export interface ServiceStop {
  readonly pause: Pause
  /** Agents that must stop; each attempt is over when its agent has. */
  readonly stops: readonly { readonly workerId: WorkerId; readonly attemptId: AttemptId }[]
  /** Orders that need not be delivered any more. */
  readonly withdraw: readonly Pick<Order, 'attemptId' | 'pool'>[]
}

/**
 * Pauses the service, takes back all orders, and asks every attempt that runs to stop. No try is used up;
 * the tasks wait for the end of the pause. Asked again, it changes only what has begun since.
 *
 * @returns what remains to be done once this is committed, for all that still runs.
 */
export function stopService(
  tx: WriteTx,
  deps: EngineDeps,
  reason: string | undefined,
): ServiceStop {
  const at = deps.clock.now()
  const isPaused = tx.facts().pause !== undefined
  const pause = pausedBy(tx, at, reason)
  const dispatched = tx.attempts.dispatched()
  for (const order of dispatched) settleAttempt(tx, deps, order, { kind: 'expired' })
  const running = tx.attempts.running()
  const fresh = running.filter(({ stopRequestedAt }) => stopRequestedAt === undefined)
  for (const attempt of fresh) tx.attempts.update(attempt, { stopRequestedAt: at })
  if (!isPaused || dispatched.length + fresh.length > 0) {
    const data = { reason, attempts: fresh.length, orders: dispatched.length }
    tx.events.append({ type: 'service.stopped', at, data })
  }
  return {
    pause,
    withdraw: dispatched.map(({ id, pool }) => ({ attemptId: id, pool })),
    stops: running.flatMap(({ id, workerId }) =>
      workerId === undefined ? [] : [{ workerId, attemptId: id }],
    ),
  }
}
