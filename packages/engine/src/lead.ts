import { DomainError, type Leader, type ReadTx, type WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

/** The role of whoever decides about time. */
export const SCHEDULER_ROLE = 'scheduler'

/** Another process leads by now: decide nothing more. */
export class LeadLostError extends DomainError {
  override readonly name = 'LeadLostError'
  readonly code = 'LEAD_LOST'

  constructor({ role, term }: Pick<Leader, 'role' | 'term'>) {
    super(`term ${term} of the ${role} is over`)
  }
}

export interface Candidacy {
  readonly role: string
  /** A name that no other process has. */
  readonly holder: string
  /** The term that is to be followed; 0 for none. */
  readonly after: number
  /** Whether that term's holder is known to have ended, so that its lease need not run out. */
  readonly isHolderGone: boolean
}

/**
 * Makes the candidate the leader, for a lease on the lease clock.
 *
 * @returns its term; absent when another process leads, or was quicker.
 */
export function takeLead(
  tx: WriteTx,
  { clock, policy }: EngineDeps,
  { role, holder, after, isHolderGone }: Candidacy,
): Leader | undefined {
  const known = tx.leaders.find(role)
  if ((known?.term ?? 0) !== after) return undefined
  if (!isHolderGone && !isVacant(tx, role)) return undefined
  const expiresTick = tx.leaseClock.now() + policy.leaseMs
  const leader = { role, holder, term: after + 1, since: clock.now(), expiresTick }
  tx.leaders.put(leader)
  return leader
}

/** Whether nobody leads, or whoever did was silent for a lease. */
export function isVacant(tx: ReadTx, role: string): boolean {
  const known = tx.leaders.find(role)
  return known === undefined || known.expiresTick <= tx.leaseClock.now()
}

/**
 * To be called in every transaction of a leader. A lease that has run out is still good while nobody
 * has followed: the transactions of two leaders come one after the other.
 *
 * @throws {LeadLostError}
 */
export function assertLeads(tx: ReadTx, term: Pick<Leader, 'role' | 'term'>): void {
  currentTerm(tx, term)
}

function currentTerm(tx: ReadTx, term: Pick<Leader, 'role' | 'term'>): Leader {
  const known = tx.leaders.find(term.role)
  if (known?.term !== term.term) throw new LeadLostError(term)
  return known
}

/**
 * Whether a third of the lease has passed. It never has while the lease clock stands still.
 *
 * @throws {LeadLostError}
 */
export function needsRenewal(
  tx: ReadTx,
  { policy }: EngineDeps,
  term: Pick<Leader, 'role' | 'term'>,
): boolean {
  const known = currentTerm(tx, term)
  return known.expiresTick - tx.leaseClock.now() <= (policy.leaseMs * 2) / 3
}

/** @throws {LeadLostError} */
export function renewLead(tx: WriteTx, { policy }: EngineDeps, leader: Leader): void {
  assertLeads(tx, leader)
  tx.leaders.put({ ...leader, expiresTick: tx.leaseClock.now() + policy.leaseMs })
}

/** Lets another follow at once; nothing happens when one has already. */
export function resignLead(tx: WriteTx, leader: Leader): void {
  if (tx.leaders.find(leader.role)?.term === leader.term) {
    tx.leaders.put({ ...leader, expiresTick: 0 })
  }
}
