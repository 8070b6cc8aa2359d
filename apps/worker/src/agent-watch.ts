import {
  isAgentUnavailable,
  type AgentAvailability,
  type Executor,
  type Failure,
} from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

import { createRefusal, type Refusal } from './refusal.ts'
import type { WorkerTiming } from './timing.ts'

/** What is known of the worker's agent. */
export interface AgentWatch extends Disposable {
  current(): AgentAvailability
  /** A run may show that the agent cannot work whatever the probe says: see {@link Refusal}. */
  heed(failure: Failure): void
}

// What a heartbeat may hold.
const MAX_DETAIL_LENGTH = 2000

type ProbeTiming = Pick<WorkerTiming, 'availableProbeMs' | 'unavailableProbeMs' | 'refusalMs'>

interface AgentWatchOptions {
  readonly logger: Logger
  readonly timing: ProbeTiming
  readonly onChange: () => void
}

async function watchAgent(
  executor: Executor,
  { logger, timing, onChange }: AgentWatchOptions,
): Promise<AgentWatch> {
  const { name } = executor
  let probed = bounded(await executor.probe())
  let refusal: Refusal | undefined
  let isProbing = false
  let isDisposed = false

  function current(): AgentAvailability {
    return refusal?.by ?? probed
  }

  const logProbe = (found: AgentAvailability): void => logFound(logger, name, found)
  logProbe(probed)

  async function probeAgain(): Promise<void> {
    const before = JSON.stringify(current())
    isProbing = true
    try {
      probed = bounded(await executor.probe())
      const held = refusal
      const isOver = await held?.isOver(probed)
      // Another run may have been refused meanwhile.
      if (isOver === true && refusal === held) refusal = undefined
      if (JSON.stringify(current()) !== before) {
        logProbe(current())
        onChange()
      }
    } catch (error) {
      logger.error({ err: error, executor: name }, 'probe failed')
    }
    isProbing = false
    schedule()
  }

  let timer: NodeJS.Timeout | undefined
  function schedule(): void {
    clearTimeout(timer)
    if (isDisposed) return
    const delayMs = current().available ? timing.availableProbeMs : timing.unavailableProbeMs
    timer = setTimeout(() => void probeAgain(), delayMs)
    timer.unref()
  }
  schedule()

  return {
    current,
    heed({ code, message }) {
      if (!isAgentUnavailable(code)) return
      const detail = cut(message)
      refusal = createRefusal(executor, { code, detail, probed, refusalMs: timing.refusalMs })
      logProbe(refusal.by)
      onChange()
      if (!isProbing) schedule()
    },
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
    },
  }
}

function logFound(logger: Logger, executor: string, found: AgentAvailability): void {
  if (found.available) {
    logger.info({ executor, version: found.version }, 'agent available')
  } else {
    logger.warn({ executor, code: found.code, detail: found.detail }, 'agent unavailable')
  }
}

function bounded(found: AgentAvailability): AgentAvailability {
  return found.available ? found : { ...found, detail: cut(found.detail) }
}

function cut(detail: string): string {
  return detail.slice(0, MAX_DETAIL_LENGTH)
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
  executors: Iterable<Executor>,
  logger: Logger,
  timing: ProbeTiming,
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
