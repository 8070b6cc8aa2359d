import {
  decide,
  freeSlots,
  type Order,
  type ReadTx,
  type Task,
  type WriteTx,
} from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

// Keeps one transaction short; the caller comes again while there is more.
const MAX_AT_ONCE = 100

/**
 * Makes an attempt for each task that may start now, as many as workers have free slots for.
 *
 * @returns the orders to publish once this is committed, first to start first.
 */
export function dispatch(tx: WriteTx, { clock, ids }: EngineDeps): readonly Order[] {
  const now = clock.now()
  const due = tx.tasks.due(now, MAX_AT_ONCE)
  tx.tasks.markDue(due)
  // One that comes first may be among those that are left.
  if (due.length === MAX_AT_ONCE) return []

  const orders: Order[] = []
  const facts = tx.workers.facts()
  for (const task of tx.tasks.ready(Math.min(freeSlots(facts), MAX_AT_ONCE))) {
    const ordered = { ...facts, unclaimedOrders: facts.unclaimedOrders + orders.length }
    if (decide(task, ordered, now).kind !== 'dispatch') continue
    orders.push(order(tx, task, { attemptId: ids.attemptId(), now }))
  }
  return orders
}

/** Whether `dispatch` would do anything; cheap enough to ask after every change. */
export function needsDispatch(tx: ReadTx, { clock }: EngineDeps): boolean {
  if (tx.tasks.due(clock.now(), 1).length > 0) return true
  return tx.tasks.ready(1).length > 0 && freeSlots(tx.workers.facts()) > 0
}

function order(
  tx: WriteTx,
  task: Task,
  { attemptId, now }: { attemptId: Order['attemptId']; now: Date },
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
    workerId: undefined,
    sessionId: undefined,
    outputBytes: 0,
    reportSeq: 0,
    costMicroUsd: 0,
    failure: undefined,
    dispatchedAt: now,
    claimedAt: undefined,
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
    data: { number },
  })
  return { attemptId, taskId: task.id, fence }
}
