import {
  earliest,
  nextOpening,
  type Order,
  type ReadTx,
  type Task,
  type WriteTx,
} from '@sleepless/domain'

import { failOverdue, hasOverdue } from './fail-overdue.ts'
import type { EngineDeps } from './policy.ts'
import { needsRelease, releaseDependents } from './release-dependents.ts'
import { startOrder } from './start-order.ts'

// Keeps one transaction short; the caller comes again while there is more.
const MAX_AT_ONCE = 50

/**
 * Makes an attempt for each task that may start now, as many as workers have free slots for.
 *
 * @returns the orders to publish once this is committed, first to start first; none while something
 *   that could come before them is still to be looked at: ask {@link needsDispatch}.
 */
export function dispatch(tx: WriteTx, deps: EngineDeps): readonly Order[] {
  const now = deps.clock.now()
  const due = tx.tasks.due(now, MAX_AT_ONCE)
  tx.tasks.markDue(due)
  const isMoreDue = due.length === MAX_AT_ONCE
  if (failOverdue(tx, deps) || releaseDependents(tx, deps) || isMoreDue) return []

  const orders: Order[] = []
  for (const { task, pool } of startOrder(tx, now, () => tx.facts())) {
    orders.push(order(tx, task, { attemptId: deps.ids.attemptId(), pool, now }))
    if (orders.length === MAX_AT_ONCE) break
  }
  return orders
}

/** Whether `dispatch` would do anything; cheap enough to ask after every change. */
export function needsDispatch(tx: ReadTx, deps: EngineDeps): boolean {
  const now = deps.clock.now()
  if (tx.tasks.due(now, 1).length > 0) return true
  if (hasOverdue(tx, deps) || needsRelease(tx)) return true
  const first = startOrder(tx, now, () => tx.facts()).next()
  return first.done !== true
}

/** When to look again although nothing changes; undefined: not before something does. */
export function nextMoment(tx: ReadTx, { clock }: EngineDeps): Date | undefined {
  const own = tx.tasks.nextMoment()
  if (tx.tasks.readyPartitions().length === 0) return own
  const shared = nextOpening(tx.facts(), clock.now())
  return earliest([own, shared].filter((moment) => moment !== undefined))
}

function order(
  tx: WriteTx,
  task: Task,
  { attemptId, pool, now }: Pick<Order, 'attemptId' | 'pool'> & { readonly now: Date },
): Order {
  const number = tx.attempts.ofTask(task.id).length + 1
  // Attempts of one task are numbered in the order of dispatch, so the number serves as fence too.
  const fence = number
  tx.attempts.insert({
    id: attemptId,
    taskId: task.id,
    number,
    status: 'dispatched',
    fence,
    pool,
    workerId: undefined,
    sessionId: undefined,
    outputBytes: 0,
    reportSeq: 0,
    costMicroUsd: 0,
    failure: undefined,
    checkpoint: undefined,
    dispatchedAt: now,
    dispatchedTick: tx.leaseClock.now(),
    claimedAt: undefined,
    stopRequestedAt: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    leaseExpiresTick: undefined,
  })
  tx.tasks.update(task.id, 'queued', { openAttemptId: attemptId })
  tx.events.append({
    type: 'attempt.dispatched',
    at: now,
    taskId: task.id,
    attemptId,
    data: { number, ...(pool !== '' && { pool }) },
  })
  return { attemptId, taskId: task.id, fence, pool }
}
