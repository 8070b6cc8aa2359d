import type { ApiDeps } from './deps.ts'

const TICKS_PER_LEASE = 5

/**
 * Advances the lease clock while this process runs, by the time that really passed: a stop of the
 * service, a suspended machine or a changed wall clock ages no lease.
 */
export function startLeaseTicks({ store, engine, logger }: ApiDeps): Disposable {
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

  const timer = setInterval(() => {
    tick().catch((error: unknown) => logger.error({ err: error }, 'lease clock not advanced'))
  }, everyMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
