import type { Leader } from '@sleepless/domain'
import { assertLeads, LeadLostError, needsRenewal, renewLead, resignLead } from '@sleepless/engine'

import type { SchedulerDeps } from '../deps.ts'

export type Store = SchedulerDeps['store']

/** What a leader does; stopped when its term is over. */
export type StartDeciding = (store: Store) => Disposable

/** One term of ours. */
export interface Reign extends AsyncDisposable {
  /** Renews the lease where need be, and notices that another leads. */
  keep(): Promise<void>
  isOver(): boolean
}

/** Decides until the term is over; disposing resigns, so that another follows at once. */
export function startReign(
  { store, engine, logger, leadLocks }: SchedulerDeps,
  leader: Leader,
  startDeciding: StartDeciding,
): Reign {
  const { holder, term } = leader
  let lock = leadLocks?.tryLock(term)
  let isOver = false

  /** Every transaction looks first whether the term is not over: a frozen leader wakes up as none. */
  const ours: Store = {
    read: (work) => store.read(work),
    onChange: (listener) => store.onChange(listener),
    write: (work) =>
      noticing(() =>
        store.write((tx) => {
          assertLeads(tx, leader)
          return work(tx)
        }),
      ),
  }

  async function noticing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof LeadLostError && !isOver) {
        logger.warn({ holder, term }, 'another scheduler leads: standing by')
        end()
      }
      throw error
    }
  }

  const isRenewalDue = (): Promise<boolean> => store.read((tx) => needsRenewal(tx, engine, leader))

  function end(): void {
    isOver = true
    deciding[Symbol.dispose]()
    lock?.[Symbol.dispose]()
  }

  const deciding = startDeciding(ours)
  logger.info({ holder, term, since: leader.since }, 'this scheduler leads')

  return {
    isOver: () => isOver,
    async keep() {
      lock ??= leadLocks?.tryLock(term)
      try {
        if (await noticing(isRenewalDue)) await ours.write((tx) => renewLead(tx, engine, leader))
      } catch (error) {
        if (!(error instanceof LeadLostError)) throw error
      }
    },
    async [Symbol.asyncDispose]() {
      if (isOver) return
      end()
      // Whoever stands by sees the lock go, at the latest; a store that is closed is no error.
      await store.write((tx) => resignLead(tx, leader)).catch(() => undefined)
    },
  }
}
