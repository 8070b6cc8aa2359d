import { attemptId } from '@sleepless/domain'

import type { AgentWatch } from './agent-watch.ts'
import type { RunningAttempts } from './attempt/running-attempts.ts'
import type { WorkerDeps, WorkerTraits } from './deps.ts'

// Until the service has said how often it wants to hear.
const FIRST_HEARTBEAT_MS = 1000
// A machine under load may take that long; an answer that never comes must not cost the next beat.
const LEAST_TIMEOUT_MS = 2000

export interface HeartbeatOptions {
  readonly traits: WorkerTraits
  readonly attempts: RunningAttempts
  readonly agent: AgentWatch
}

export interface Heartbeats extends Disposable {
  /** From now on, says that the worker takes nothing more. */
  drain(): void
}

/** Shows the service that the worker lives, renews its leases, and does what the answers say. */
export function startHeartbeats(
  { api, logger }: Pick<WorkerDeps, 'api' | 'logger'>,
  { traits, attempts, agent }: HeartbeatOptions,
): Heartbeats {
  let everyMs = FIRST_HEARTBEAT_MS
  let isDraining = false
  let isUnheard = false
  let isDisposed = false
  let timer: NodeJS.Timeout | undefined

  async function beat(): Promise<void> {
    const ids = attempts.ids()
    const body = {
      name: traits.name,
      concurrency: traits.concurrency,
      labels: [...traits.labels],
      agent: agent.current(),
      draining: isDraining,
      attempts: ids,
    }
    const answer = await api.heartbeat(body, Math.max(everyMs, LEAST_TIMEOUT_MS))
    everyMs = answer.heartbeatMs
    for (const id of answer.canceled) attempts.stop(attemptId(id), 'canceled')
    for (const id of answer.lost) attempts.stop(attemptId(id), 'lost')
    if (isUnheard) logger.info({}, 'service reached again')
    isUnheard = false
  }

  async function beatAndGoOn(): Promise<void> {
    const startedMs = performance.now()
    try {
      await beat()
    } catch (error) {
      if (!isUnheard && !isDisposed) logger.warn({ err: error }, 'service not reached')
      isUnheard = true
    }
    if (isDisposed) return
    timer = setTimeout(() => void beatAndGoOn(), everyMs - (performance.now() - startedMs))
  }

  void beatAndGoOn()
  return {
    drain() {
      isDraining = true
    },
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
    },
  }
}
