import type { ApiDeps } from './deps.ts'

const TICKS_PER_LEASE = 5

/** The clock that leases are measured on, and that nobody else moves. */
export interface LeaseTicks {
  /** Brings the clock up to the moment; in between, it lags behind by up to a fifth of a lease. */
  tick(): Promise<void>
  /** Moves it on, from now until disposed of. */
  start(): Disposable
}

type Deps = Pick<ApiDeps, 'store' | 'engine' | 'logger'>

/**
 * Advances the lease clock while this process runs, by the time that really passed: a stop of the
 * service, a suspended machine or a changed wall clock ages no lease.
 */
export function createLeaseTicks({ store, engine, logger }: Deps): LeaseTicks {
  const { clock, policy } = engine
  const everyMs = policy.leaseMs / TICKS_PER_LEASE
  let lastMs = clock.monotonicMs()

  async function tick(): Promise<void> {
    const nowMs = clock.monotonicMs()
    // After a gap, workers get time to be heard before any of them counts as silent.
    const elapsedMs = Math.min(nowMs - lastMs, 2 * everyMs)
    lastMs = nowMs
    await store.write((tx) => tx.leaseClock.advance(elapsedMs))
  }

  function tickOrTell(): void {
    tick().catch((error: unknown) => {
      // That the database cannot be written is told of elsewhere, once.
      if (store.health.failure !== undefined) return
      logger.error({ err: error }, 'lease clock not advanced')
    })
  }

  return {
    tick,
    start() {
      lastMs = clock.monotonicMs()
      const timer = setInterval(tickOrTell, everyMs)
      return { [Symbol.dispose]: () => clearInterval(timer) }
    },
  }
}
