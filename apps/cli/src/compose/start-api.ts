import { hash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { createApi, type Api, type ApiConfig, type ApiTokens } from '@sleepless/api'
import type { Queue } from '@sleepless/domain'
import { noteAdminToken, setDailyBudget } from '@sleepless/engine'
import { ensureSecret, homeAt, type Home, type Logger } from '@sleepless/runtime'

import { openFiles, type ControlPlane } from './control-plane.ts'
import { resultsLocation } from './results-location.ts'

export interface StartApiOptions {
  readonly config: ApiConfig
  readonly plane: ControlPlane
  readonly queue: Queue
  readonly logger: Logger
}

/** The tokens from the environment, else those of the home, which are made when they are not there. */
export function apiTokens(config: Pick<ApiConfig, 'home' | 'apiToken' | 'workerToken'>): ApiTokens {
  const home = homeAt(config.home)
  return {
    api: config.apiToken ?? ensureSecret(home, 'api-token'),
    worker: config.workerToken ?? ensureSecret(home, 'worker-token'),
  }
}

/** Starts the api, and writes down where it listens for commands that look for it. */
export async function startApi(
  resources: AsyncDisposableStack,
  { config, plane, queue, logger }: StartApiOptions,
): Promise<Api> {
  const home = homeAt(config.home)
  const { dailyBudgetUsd } = config
  const limit = dailyBudgetUsd === undefined ? undefined : Math.round(dailyBudgetUsd * 1e6)
  // Kept with the tasks: whoever decides reads it there, so that no two can differ.
  const tokens = apiTokens(config)
  await plane.store.write((tx) => {
    setDailyBudget(tx, limit)
    noteAdminToken(tx, plane.engine, hash('sha256', tokens.api))
  })
  const files = await openFiles(home, resultsLocation(home, config.resultsUrl))
  const { host, port, http } = config
  const api = resources.use(
    await createApi({ ...plane, ...files, queue, tokens, logger, host, port, http }),
  )
  resources.use(announce(home, api.url))
  logger.info({ url: api.url }, 'api listens')
  warnOfOpenPort(config, logger)
  return api
}

/** Tokens that cross a network in the clear are whoever's who listens. */
function warnOfOpenPort({ host, http }: ApiConfig, logger: Logger): void {
  if (isLoopback(host) || http.trustedProxies.length > 0) return
  const remedy = 'put a proxy with TLS before it, and name that in SLEEPLESS_TRUSTED_PROXIES'
  logger.warn({ host, remedy }, 'api is reached from elsewhere without TLS')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function announce(home: Home, url: string): Disposable {
  const file = path.join(home.path, 'api.json')
  writeFileSync(file, `${JSON.stringify({ url, pid: process.pid })}\n`, { mode: 0o600 })
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}
