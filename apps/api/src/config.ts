import { environment } from '@sleepless/runtime'
import type { z } from 'zod'

export const apiConfig = environment
  .pick({
    SLEEPLESS_HOME: true,
    SLEEPLESS_API_HOST: true,
    SLEEPLESS_API_PORT: true,
    SLEEPLESS_API_TOKEN: true,
    SLEEPLESS_WORKER_TOKEN: true,
    SLEEPLESS_LEASE_MS: true,
    SLEEPLESS_LOG_LEVEL: true,
    SLEEPLESS_DAILY_BUDGET_USD: true,
    QUEUE_URL: true,
    SLEEPLESS_RESULTS_URL: true,
  })
  .transform((env) => ({
    home: env.SLEEPLESS_HOME,
    host: env.SLEEPLESS_API_HOST,
    port: env.SLEEPLESS_API_PORT,
    apiToken: env.SLEEPLESS_API_TOKEN,
    workerToken: env.SLEEPLESS_WORKER_TOKEN,
    leaseMs: env.SLEEPLESS_LEASE_MS,
    dailyBudgetUsd: env.SLEEPLESS_DAILY_BUDGET_USD,
    logLevel: env.SLEEPLESS_LOG_LEVEL,
    queueUrl: env.QUEUE_URL,
    resultsUrl: env.SLEEPLESS_RESULTS_URL,
  }))
export type ApiConfig = z.output<typeof apiConfig>
