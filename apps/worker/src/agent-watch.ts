import {
  isAgentUnavailable,
  type AgentAvailability,
  type Executor,
  type Failure,
} from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

import type { WorkerTiming } from './timing.ts'

/** What is known of the worker's agent. */
export interface AgentWatch extends Disposable {
  current(): AgentAvailability
  /** A run may show that the agent cannot work whatever the probe says: true until the probe changes. */
  heed(failure: Failure): void
}

// What a heartbeat may hold.
const MAX_DETAIL_LENGTH = 2000

export async function watchAgent(
  executor: Executor,
  logger: Logger,
  timing: Pick<WorkerTiming, 'availableProbeMs' | 'unavailableProbeMs'>,
): Promise<AgentWatch> {
  let probed = bounded(await executor.probe())
  let refuted: { by: AgentAvailability; whileProbed: string } | undefined
  let isDisposed = false
  logProbe(probed)

  function current(): AgentAvailability {
    return refuted?.whileProbed === JSON.stringify(probed) ? refuted.by : probed
  }

  function logProbe(found: AgentAvailability): void {
    if (found.available) logger.info({ version: found.version }, 'agent available')
    else logger.warn({ code: found.code, detail: found.detail }, 'agent unavailable')
  }

  async function probeAgain(): Promise<void> {
    const before = JSON.stringify(probed)
    try {
      probed = bounded(await executor.probe())
      if (JSON.stringify(probed) !== before) logProbe(probed)
    } catch (error) {
      logger.error({ err: error }, 'probe failed')
    }
    if (!isDisposed) schedule()
  }

  let timer: NodeJS.Timeout
  function schedule(): void {
    const delayMs = probed.available ? timing.availableProbeMs : timing.unavailableProbeMs
    timer = setTimeout(() => void probeAgain(), delayMs)
    timer.unref()
  }
  schedule()

  return {
    current,
    heed({ code, message }) {
      if (!isAgentUnavailable(code)) return
      const by = bounded({ available: false, code, detail: message })
      refuted = { by, whileProbed: JSON.stringify(probed) }
      logProbe(by)
    },
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
    },
  }
}

function bounded(found: AgentAvailability): AgentAvailability {
  return found.available ? found : { ...found, detail: found.detail.slice(0, MAX_DETAIL_LENGTH) }
}
