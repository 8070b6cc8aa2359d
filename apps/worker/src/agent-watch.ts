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

interface AgentWatchOptions {
  readonly logger: Logger
  readonly timing: Pick<WorkerTiming, 'availableProbeMs' | 'unavailableProbeMs'>
  readonly onChange: () => void
}

async function watchAgent(
  executor: Executor,
  { logger, timing, onChange }: AgentWatchOptions,
): Promise<AgentWatch> {
  const { name } = executor
  let probed = bounded(await executor.probe())
  let refuted: { by: AgentAvailability; whileProbed: string } | undefined
  let isDisposed = false
  logProbe(probed)

  function current(): AgentAvailability {
    return refuted?.whileProbed === JSON.stringify(probed) ? refuted.by : probed
  }

  function logProbe(found: AgentAvailability): void {
    if (found.available) {
      logger.info({ executor: name, version: found.version }, 'agent available')
    } else {
      logger.warn({ executor: name, code: found.code, detail: found.detail }, 'agent unavailable')
    }
  }

  async function probeAgain(): Promise<void> {
    const before = JSON.stringify(probed)
    try {
      probed = bounded(await executor.probe())
      if (JSON.stringify(probed) !== before) {
        logProbe(probed)
        onChange()
      }
    } catch (error) {
      logger.error({ err: error, executor: name }, 'probe failed')
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
      onChange()
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

/** The watches of all executors of a worker. */
export interface AgentWatches extends Disposable {
  of(executor: string): AgentWatch | undefined
  /** What each can do at present, by name. */
  current(): Record<string, AgentAvailability>
  /** Whether any of them can run now. */
  isAnyAvailable(): boolean
  /** Calls back when what one of them can do has changed. */
  onChange(listener: () => void): void
}

export async function watchAgents(
  executors: readonly Executor[],
  logger: Logger,
  timing: Pick<WorkerTiming, 'availableProbeMs' | 'unavailableProbeMs'>,
): Promise<AgentWatches> {
  using resources = new DisposableStack()
  const listeners = new Set<() => void>()
  const onChange = (): void => {
    for (const listener of listeners) listener()
  }
  const watches = new Map<string, AgentWatch>()
  for (const executor of executors) {
    watches.set(
      executor.name,
      resources.use(await watchAgent(executor, { logger, timing, onChange })),
    )
  }
  const started = resources.move()
  return {
    of: (executor) => watches.get(executor),
    current: () => Object.fromEntries([...watches].map(([name, watch]) => [name, watch.current()])),
    isAnyAvailable: () => [...watches.values()].some((watch) => watch.current().available),
    onChange: (listener) => void listeners.add(listener),
    [Symbol.dispose]: () => started.dispose(),
  }
}
