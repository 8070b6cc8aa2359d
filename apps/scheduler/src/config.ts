import { environmentFields } from '@sleepless/runtime'
import { z } from 'zod'

const { SLEEPLESS_HOME, SLEEPLESS_LEASE_MS, SLEEPLESS_LOG_LEVEL, QUEUE_URL } = environmentFields

export const schedulerConfig = z
  .object({ SLEEPLESS_HOME, SLEEPLESS_LEASE_MS, SLEEPLESS_LOG_LEVEL, QUEUE_URL })
  .transform((env) => ({
    home: env.SLEEPLESS_HOME,
    leaseMs: env.SLEEPLESS_LEASE_MS,
    logLevel: env.SLEEPLESS_LOG_LEVEL,
    queueUrl: env.QUEUE_URL,
  }))
export type SchedulerConfig = z.output<typeof schedulerConfig>
