import {
  isAgentUnavailable,
  type AgentAvailability,
  type Executor,
  type Failure,
} from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

/** What is known of the worker's agent. */
export interface AgentWatch extends Disposable {
  current(): AgentAvailability
  /** A run may show that the agent cannot work whatever the probe says: true until the probe changes. */
  heed(failure: Failure): void
}

// Somebody who has just installed or mended it should not have to wait for long.
const UNAVAILABLE_PROBE_MS = 15_000
const AVAILABLE_PROBE_MS = 10 * 60_000

export async function watchAgent(executor: Executor, logger: Logger): Promise<AgentWatch> {
  let probed = await executor.probe()
  let refuted: { by: AgentAvailability; whileProbed: string } | undefined
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
    probed = await executor.probe()
    if (JSON.stringify(probed) !== before) logProbe(probed)
    schedule()
  }

  let timer: NodeJS.Timeout
  function schedule(): void {
    const delayMs = probed.available ? AVAILABLE_PROBE_MS : UNAVAILABLE_PROBE_MS
    timer = setTimeout(() => {
      probeAgain().catch((error: unknown) => logger.error({ err: error }, 'probe failed'))
    }, delayMs)
    timer.unref()
  }
  schedule()

  return {
    current,
    heed({ code, message }) {
      if (!isAgentUnavailable(code)) return
      const by = { available: false, code, detail: message } as const
      refuted = { by, whileProbed: JSON.stringify(probed) }
      logProbe(by)
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}
