import path from 'node:path'

import { attemptId, taskId, workerId, type IdSource } from '@sleepless/domain'
import { defaultPolicy, type EngineDeps, type EnginePolicy } from '@sleepless/engine'
import { createMemoryQueue, type ConnectableQueue } from '@sleepless/queue'
import { createLogger, systemClock, uuidV7, type Logger } from '@sleepless/runtime'
import {
  createOutputSpool,
  createResultsStore,
  openStore,
  type OpenStoreOptions,
  type OutputSpool,
  type ResultsStore,
  type SqliteStore,
} from '@sleepless/storage'
import type { TemporaryDirectory } from '@sleepless/testing'

import type { AnswerSerializer } from '../serializer.ts'
import { checkingSerializer } from './checking-serializer.ts'

export const TOKENS = { api: 'api-token-for-tests', worker: 'worker-token-for-tests' } as const

export const ids: IdSource = {
  taskId: () => taskId(`tsk_${uuidV7()}`),
  attemptId: () => attemptId(`att_${uuidV7()}`),
  workerId: () => workerId(`wrk_${uuidV7()}`),
}

export interface ControlPlaneOptions {
  /** Default: a new one, which goes when disposed. */
  readonly home?: string
  /** Default: long enough that no lease ends within a test. */
  readonly policy?: Partial<EnginePolicy>
  readonly storeOptions?: OpenStoreOptions
}

/** What api and scheduler work with: all of it real, on a home of its own. */
export interface ControlPlane extends AsyncDisposable {
  readonly home: string
  readonly store: SqliteStore
  readonly spool: OutputSpool
  readonly results: ResultsStore
  readonly queue: ConnectableQueue
  readonly engine: EngineDeps
  readonly tokens: typeof TOKENS
  /** For an api: whatever it answers is checked. */
  readonly serializer: AnswerSerializer
  readonly logger: Logger
  /** The lines of the log so far. */
  readonly log: readonly string[]
}

export async function openControlPlane({
  home,
  policy,
  storeOptions,
}: ControlPlaneOptions = {}): Promise<ControlPlane> {
  await using opened = new AsyncDisposableStack()
  const directory = home ?? opened.use(await newHome()).path
  const store = opened.use(openStore(path.join(directory, 'tasks.db'), storeOptions))
  const log: string[] = []
  const plane = {
    home: directory,
    store,
    spool: await createOutputSpool(path.join(directory, 'spool')),
    results: await createResultsStore({
      kind: 'directory',
      path: path.join(directory, 'results'),
    }),
    queue: opened.use(createMemoryQueue()),
    engine: {
      clock: systemClock,
      ids,
      policy: { ...defaultPolicy(60_000), ...policy },
      random: Math.random,
    },
    tokens: TOKENS,
    serializer: checkingSerializer,
    logger: createLogger({
      service: 'api',
      level: 'debug',
      destination: { write: (line) => void log.push(line) },
    }),
    log,
  }
  const resources = opened.move()
  return { ...plane, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

async function newHome(): Promise<TemporaryDirectory> {
  // Only now: processes that are started over and over have a home, and should start fast.
  const { temporaryDirectory } = await import('@sleepless/testing')
  return temporaryDirectory('sleepless-api-')
}
