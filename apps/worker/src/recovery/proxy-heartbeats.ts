import type { WorkerClient } from '@sleepless/contracts'
import type { AttemptId } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

const FIRST_HEARTBEAT_MS = 1000
const TIMEOUT_MS = 2000

export interface ProxyHeartbeatOptions {
  readonly attempts: readonly AttemptId[]
  readonly logger: Logger
}

/** Renews the leases of a dead worker's attempts, for as long as there is something to tell of them. */
export function startProxyHeartbeats(
  api: Pick<WorkerClient, 'heartbeat'>,
  { attempts, logger }: ProxyHeartbeatOptions,
): Disposable {
  let everyMs = FIRST_HEARTBEAT_MS
  let isDisposed = false
  let timer: NodeJS.Timeout | undefined

  async function beat(): Promise<void> {
    try {
      const traits = { name: 'recovered', concurrency: 1, labels: [], executors: {} }
      const body = { ...traits, draining: true, attempts: [...attempts] }
      ;({ heartbeatMs: everyMs } = await api.heartbeat(body, TIMEOUT_MS))
    } catch (error) {
      logger.debug({ err: error }, 'service not reached')
    }
    if (!isDisposed) timer = setTimeout(() => void beat(), everyMs)
  }

  if (attempts.length > 0) void beat()
  return {
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
    },
  }
}
