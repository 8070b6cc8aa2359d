import { environmentFields } from '@sleepless/runtime'
import { z } from 'zod'

const {
  SLEEPLESS_HOME,
  SLEEPLESS_API_HOST,
  SLEEPLESS_API_PORT,
  SLEEPLESS_API_TOKEN,
  SLEEPLESS_WORKER_TOKEN,
  SLEEPLESS_LEASE_MS,
  SLEEPLESS_LOG_LEVEL,
  QUEUE_URL,
  SLEEPLESS_RESULTS_URL,
} = environmentFields

export const apiConfig = z
  .object({
    SLEEPLESS_HOME,
    SLEEPLESS_API_HOST,
    SLEEPLESS_API_PORT,
    SLEEPLESS_API_TOKEN,
    SLEEPLESS_WORKER_TOKEN,
    SLEEPLESS_LEASE_MS,
    SLEEPLESS_LOG_LEVEL,
    QUEUE_URL,
    SLEEPLESS_RESULTS_URL,
  })
  .transform((env) => ({
    home: env.SLEEPLESS_HOME,
    host: env.SLEEPLESS_API_HOST,
    port: env.SLEEPLESS_API_PORT,
    apiToken: env.SLEEPLESS_API_TOKEN,
    workerToken: env.SLEEPLESS_WORKER_TOKEN,
    leaseMs: env.SLEEPLESS_LEASE_MS,
    logLevel: env.SLEEPLESS_LOG_LEVEL,
    queueUrl: env.QUEUE_URL,
    resultsUrl: env.SLEEPLESS_RESULTS_URL,
  }))
export type ApiConfig = z.output<typeof apiConfig>
