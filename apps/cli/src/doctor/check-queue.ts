import { fail, ok, warn, type Check } from './finding.ts'

const DEADLINE_MS = 3000

export const checkQueue: Check = {
  name: 'queue',
  async look({ config }) {
    if (config.QUEUE_URL === 'memory:') return ok('in the process of the service')
    const { createQueue } = await import('@sleepless/queue')
    await using queue = await createQueue(config.QUEUE_URL)
    try {
      await queue.waitUntilReady({ timeoutMs: DEADLINE_MS })
      const concerns = await queue.concerns()
      if (concerns.length === 0) return ok('Redis answers')
      return warn(
        concerns.map(({ message, detail }) => `${message}: ${detail}`).join(' '),
        concerns.map(({ remedy }) => remedy).join(' '),
      )
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      return fail(detail, 'Start Redis, or correct QUEUE_URL; memory: needs none.')
    }
  },
}
