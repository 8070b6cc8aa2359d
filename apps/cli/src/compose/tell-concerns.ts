import type { ConnectableQueue } from '@sleepless/queue'
import type { Logger } from '@sleepless/runtime'

/** Says at the start what Redis should be told otherwise. */
export async function tellConcerns(queue: ConnectableQueue, logger: Logger): Promise<void> {
  // Redis may be away again already, which the queue says itself.
  const concerns = await queue.concerns().catch(() => [])
  for (const { message, detail, remedy } of concerns) logger.warn({ detail, remedy }, message)
}
