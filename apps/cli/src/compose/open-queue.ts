import { createQueue, type ConnectableQueue } from '@sleepless/queue'
import { StartupError, type Logger } from '@sleepless/runtime'

const START_DEADLINE_MS = 30_000

export async function openQueue(
  resources: AsyncDisposableStack,
  url: string,
  logger: Logger,
): Promise<ConnectableQueue> {
  return resources.use(await createQueue(url, { logger }))
}

/**
 * For services that are of no use without the queue. Once they run, an outage does not end them.
 *
 * @throws {StartupError} when it has not answered within 30 seconds.
 */
export async function waitForQueue(queue: ConnectableQueue): Promise<void> {
  try {
    await queue.waitUntilReady({ timeoutMs: START_DEADLINE_MS })
  } catch (error) {
    throw new StartupError(
      `Redis has not answered for ${START_DEADLINE_MS / 1000} seconds.`,
      'Start it, or correct QUEUE_URL.',
      { cause: error },
    )
  }
}
