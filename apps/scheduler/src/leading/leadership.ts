import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

import type { Leader } from '@sleepless/domain'
import { isVacant, SCHEDULER_ROLE, takeLead } from '@sleepless/engine'
import { createPass } from '@sleepless/runtime'

import type { SchedulerDeps } from '../deps.ts'
import { startReign, type Reign, type StartDeciding } from './reign.ts'

const LOOKS_PER_LEASE = 6
const STANDBY_LOOK_MS = 500
const LEADER_LOOK_MS = 1000

/**
 * Lets one of several schedulers decide, and the others stand by. One that was killed is followed as
 * soon as its lock is seen to be free; one that is frozen, when its lease has run out.
 */
export function startLeading(deps: SchedulerDeps, startDeciding: StartDeciding): AsyncDisposable {
  const { store, engine, logger, leadLocks } = deps
  const holder = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  let reign: Reign | undefined
  let toldTerm = 0
  let isStopped = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    await reign?.keep()
    if (reign?.isOver() === false) return
    reign = undefined
    await campaign()
    lookAgainIn(reign === undefined ? STANDBY_LOOK_MS : LEADER_LOOK_MS)
  }

  async function campaign(): Promise<void> {
    const seen = await store.read((tx) => ({
      leader: tx.leaders.find(SCHEDULER_ROLE),
      isFree: isVacant(tx, SCHEDULER_ROLE),
    }))
    const after = seen.leader?.term ?? 0
    const isHolderGone = !seen.isFree && hasEnded(after)
    if (!seen.isFree && !isHolderGone) {
      tellOnce(seen.leader)
      return
    }
    const candidacy = { role: SCHEDULER_ROLE, holder, after, isHolderGone }
    const leader = await store.write((tx) => takeLead(tx, engine, candidacy))
    if (leader === undefined || isStopped) return
    leadLocks?.remove(after)
    reign = startReign(deps, leader, startDeciding)
  }

  function hasEnded(term: number): boolean {
    const lock = leadLocks?.tryLock(term)
    lock?.[Symbol.dispose]()
    return lock !== undefined
  }

  function tellOnce(leader: Leader | undefined): void {
    if (leader === undefined || leader.term === toldTerm) return
    toldTerm = leader.term
    logger.info({ holder: leader.holder, term: leader.term, since: leader.since }, 'standing by')
  }

  function lookAgainIn(everyMs: number): void {
    clearInterval(timer)
    if (isStopped) return
    const often = Math.min(everyMs, engine.policy.leaseMs / LOOKS_PER_LEASE)
    timer = setInterval(() => pass.ask(), often)
  }

  const pass = createPass('lead', look, { logger })
  lookAgainIn(STANDBY_LOOK_MS)
  pass.ask()
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true
      clearInterval(timer)
      pass[Symbol.dispose]()
      await reign?.[Symbol.asyncDispose]()
    },
  }
}
