import { environment } from '@sleepless/runtime'
import type { z } from 'zod'

import { DEFAULT_HTTP, type HttpOptions } from './http-options.ts'
import { DEFAULT_LIVE_LIMITS } from './live/live-limits.ts'

export const apiConfig = environment
  .pick({
    SLEEPLESS_HOME: true,
    SLEEPLESS_API_HOST: true,
    SLEEPLESS_API_PORT: true,
    SLEEPLESS_API_TOKEN: true,
    SLEEPLESS_WORKER_TOKEN: true,
    SLEEPLESS_LEASE_MS: true,
    SLEEPLESS_API_URL: true,
    SLEEPLESS_ALLOWED_HOSTS: true,
    SLEEPLESS_TRUSTED_PROXIES: true,
    SLEEPLESS_CORS_ORIGINS: true,
    SLEEPLESS_RATE_LIMIT: true,
    SLEEPLESS_ADMIN_RATE_LIMIT: true,
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
    http: httpOptions(env),
    leaseMs: env.SLEEPLESS_LEASE_MS,
    dailyBudgetUsd: env.SLEEPLESS_DAILY_BUDGET_USD,
    logLevel: env.SLEEPLESS_LOG_LEVEL,
    queueUrl: env.QUEUE_URL,
    resultsUrl: env.SLEEPLESS_RESULTS_URL,
  }))
export type ApiConfig = z.output<typeof apiConfig>

type HttpEnvironment = Pick<
  z.output<typeof environment>,
  | 'SLEEPLESS_API_HOST'
  | 'SLEEPLESS_API_URL'
  | 'SLEEPLESS_ALLOWED_HOSTS'
  | 'SLEEPLESS_TRUSTED_PROXIES'
  | 'SLEEPLESS_CORS_ORIGINS'
  | 'SLEEPLESS_RATE_LIMIT'
  | 'SLEEPLESS_ADMIN_RATE_LIMIT'
>

function httpOptions(env: HttpEnvironment): HttpOptions {
  const { SLEEPLESS_API_HOST: host, SLEEPLESS_API_URL: url } = env
  return {
    // Where it listens, and where its clients are told to look, are names of its own.
    allowedHosts: [
      host.toLowerCase(),
      ...(url === undefined ? [] : [new URL(url).hostname]),
      ...env.SLEEPLESS_ALLOWED_HOSTS,
    ],
    trustedProxies: env.SLEEPLESS_TRUSTED_PROXIES,
    corsOrigins: env.SLEEPLESS_CORS_ORIGINS,
    limits: DEFAULT_HTTP.limits,
    rateLimits: {
      perSecond: env.SLEEPLESS_RATE_LIMIT,
      adminPerSecond: env.SLEEPLESS_ADMIN_RATE_LIMIT,
    },
    live: DEFAULT_LIVE_LIMITS,
  }
}
