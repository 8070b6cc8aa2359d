import { existsSync } from 'node:fs'
import path from 'node:path'

import { createOfflineApi } from '@sleepless/api'
import type { Fetch } from '@sleepless/contracts'
import { defaultPolicy } from '@sleepless/engine'
import {
  createLogger,
  environment,
  loadConfig,
  systemClock,
  type Environment,
  type Home,
} from '@sleepless/runtime'
import {
  createResultsStore,
  isHomeLocked,
  openStoreCopy,
  outputSpoolAt,
  type StoreCopy,
} from '@sleepless/storage'

import { CliError } from '../cli-error.ts'
import { ids } from '../compose/ids.ts'
import { resultsLocation } from '../compose/results-location.ts'
import { databaseError } from '../database/database-error.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { cacheFolder } from './cache-folder.ts'

const offlineConfig = environment.pick({ SLEEPLESS_LEASE_MS: true, SLEEPLESS_RESULTS_URL: true })

/**
 * The routes of the service, on the files of one that does not run. What they hold open goes with the
 * process.
 *
 * @throws {CliError} when a service runs, or there is nothing that can be read.
 */
export async function openOffline(home: Home, env: Environment): Promise<Fetch> {
  const config = loadConfig(offlineConfig, env)
  const store = openCopy(home, env)
  return createOfflineApi({
    store,
    spool: outputSpoolAt(path.join(home.path, 'spool')),
    results: await createResultsStore(resultsLocation(home, config.SLEEPLESS_RESULTS_URL)),
    engine: {
      clock: systemClock,
      ids,
      policy: defaultPolicy(config.SLEEPLESS_LEASE_MS),
      random: Math.random,
    },
    logger: createLogger({ service: 'offline', level: 'silent' }),
  })
}

function openCopy(home: Home, env: Environment): StoreCopy {
  const { databaseFile } = home
  if (!existsSync(databaseFile)) {
    throw new CliError(`there is no database ${databaseFile}`, {
      exitCode: EXIT_CODES.notFound,
      remedy: 'Set SLEEPLESS_HOME to the home of the service',
    })
  }
  const locks = ['home.lock', 'api.lock'].map((name) => path.join(home.path, name))
  if (locks.some((file) => isHomeLocked(file))) throw inUse(home)
  try {
    return openStoreCopy(databaseFile, cacheFolder(env))
  } catch (error) {
    throw databaseError(error)
  }
}

function inUse(home: Home): CliError {
  return new CliError(`a service runs on ${home.path}`, {
    exitCode: EXIT_CODES.conflict,
    remedy: 'Leave --offline out',
  })
}
