import { StartupError } from '@sleepless/runtime'

/** @throws {StartupError} for the queue of one process alone. */
export function requireRedis(queueUrl: string, service: string): void {
  if (queueUrl !== 'memory:') return
  throw new StartupError(
    `The ${service} as a process of its own needs a queue that others reach.`,
    'Set QUEUE_URL to a redis:// address, or run everything in one process with `sleepless up`.',
  )
}
