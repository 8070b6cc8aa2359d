import { environment } from '@sleepless/runtime'
import type { z } from 'zod'

export const schedulerConfig = environment
  .pick({
    SLEEPLESS_HOME: true,
    SLEEPLESS_LEASE_MS: true,
    SLEEPLESS_LOG_LEVEL: true,
    QUEUE_URL: true,
  })
  .transform((env) => ({
    home: env.SLEEPLESS_HOME,
    leaseMs: env.SLEEPLESS_LEASE_MS,
    logLevel: env.SLEEPLESS_LOG_LEVEL,
    queueUrl: env.QUEUE_URL,
  }))
export type SchedulerConfig = z.output<typeof schedulerConfig>
