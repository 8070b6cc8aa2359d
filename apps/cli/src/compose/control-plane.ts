import path from 'node:path'

import { defaultPolicy, type EngineDeps } from '@sleepless/engine'
import { ensureHome, StartupError, systemClock, type Home } from '@sleepless/runtime'
import {
  createLeadLocks,
  createOutputSpool,
  createResultsStore,
  lockHome,
  openStore,
  storeFailureOf,
  type LeadLocks,
  type OutputSpool,
  type ResultsLocation,
  type ResultsStore,
  type SqliteStore,
} from '@sleepless/storage'

import { ids } from './ids.ts'

export interface ControlPlaneOptions {
  readonly home: Home
  readonly leaseMs: number
  /** Whose home it is: that of one process, or of api and schedulers as processes of their own. */
  readonly use: 'standalone' | 'api' | 'scheduler'
}

/** What api and scheduler share: they run on one host, on one database. */
export interface ControlPlane {
  readonly store: SqliteStore
  readonly engine: EngineDeps
  /** For schedulers. */
  readonly leadLocks: LeadLocks
}

/** @throws {StartupError} when the home is not writable, in use, or from a newer version. */
export function openControlPlane(
  resources: AsyncDisposableStack,
  { home, leaseMs, use }: ControlPlaneOptions,
): ControlPlane {
  ensureHome(home)
  try {
    const lock = (name: string, mode: 'alone' | 'shared'): void => {
      resources.use(lockHome(path.join(home.path, name), mode))
    }
    lock('home.lock', use === 'standalone' ? 'alone' : 'shared')
    // Two apis would tick the lease clock twice as fast.
    if (use === 'api') lock('api.lock', 'alone')
    const storeOptions = {
      backupsPath: home.backupsPath,
      // One of the processes on a host is enough for this.
      ...(use !== 'scheduler' && { pageChecks: {} }),
    }
    const store = resources.use(openStore(home.databaseFile, storeOptions))
    return {
      store,
      engine: { clock: systemClock, ids, policy: defaultPolicy(leaseMs), random: Math.random },
      leadLocks: createLeadLocks(home.path),
    }
  } catch (error) {
    throw cannotOpen(home, error)
  }
}

export interface Files {
  readonly spool: OutputSpool
  readonly results: ResultsStore
}

export async function openFiles(home: Home, location: ResultsLocation): Promise<Files> {
  return {
    spool: await createOutputSpool(path.join(home.path, 'spool')),
    results: await createResultsStore(location),
  }
}

const SELF_EXPLAINING: ReadonlySet<unknown> = new Set([
  'HOME_LOCKED',
  'SCHEMA_TOO_NEW',
  'MIGRATION_BACKUP_FAILED',
])

function cannotOpen(home: Home, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  // These say what to do about them.
  if (SELF_EXPLAINING.has(error.code)) return new StartupError(error.message, '', { cause: error })
  const failure = storeFailureOf(error, home.databaseFile)
  if (failure !== undefined) {
    const problem = `The database cannot be opened: ${failure.message}.`
    return new StartupError(problem, failure.remedy, { cause: error })
  }
  return new StartupError(
    `The database ${home.databaseFile} cannot be opened (${String(error.code)}).`,
    'Check the disk and its permissions, or restore a backup.',
    { cause: error },
  )
}
