import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { createApiClient, type ApiClient } from '@sleepless/contracts'
import {
  createTcpProxy,
  freePort,
  temporaryDirectory,
  waitFor,
  type TcpProxy,
} from '@sleepless/testing'

import { MUTANTS } from '../composition/mutants/index.ts'
import { keepFailure } from '../results.ts'
import { watchEvents, type EventWatch } from '../watch/event-watch.ts'
import { createFaultModel, type FaultModel } from './model.ts'
import { makePlaces, unmount, type Places } from './places.ts'
import { createStackRedis, type StackRedis } from './redis.ts'
import { createService, type Invocation, type Service } from './service.ts'

const API_TOKEN = 'token-of-the-fault-harness'
export const WORKER_TOKEN = 'worker-token-of-the-fault-harness'
export const PROJECT = 'project'

const SLEEPLESS = fileURLToPath(new URL('../../../apps/cli/bin/sleepless.js', import.meta.url))
const CONTROL = fileURLToPath(new URL('../composition/control.ts', import.meta.url))
const COMPOSITION = fileURLToPath(new URL('../composition/main.ts', import.meta.url))
const START_TIMEOUT_MS = 60_000
const WORKERS = 3
const SCHEDULERS = 2

/** What a process of the stack is built from, instead of what is shipped. */
export interface Variant {
  readonly mutant?: string
  /** `<point>:<n>`: the process kills itself when it comes by for the n-th time. */
  readonly crashAt?: string
}

export interface WorkerPart {
  readonly service: Service
  /** Between this worker and the api, and between it and Redis. */
  readonly toApi: TcpProxy
  readonly toRedis: TcpProxy
}

/** The whole product as real processes, with handles on everything that can break. */
export interface Stack extends AsyncDisposable {
  readonly client: ApiClient
  readonly url: string
  readonly places: Places
  readonly api: Service
  readonly schedulers: readonly Service[]
  readonly workers: readonly WorkerPart[]
  readonly redis: StackRedis
  readonly model: FaultModel
  readonly watch: EventWatch
  readonly isMounted: boolean
  /** All processes of the product. */
  readonly services: readonly Service[]
  /** Builds the next start of a service otherwise; nothing given: as shipped, or with the mutant. */
  vary(service: Service, variant: Variant | undefined): void
  /** Moves the wall clock of all services. */
  shiftClock(shiftMs: number): void
  /** Keeps the event loop of one service busy. */
  block(service: Service, blockMs: number): void
}

export interface StackOptions {
  readonly leaseMs: number
  readonly isMounting: boolean
  readonly mutant: string | undefined
  /** Where its folder goes; undefined for one of its own, which nobody removes if this is killed. */
  readonly directory: string | undefined
}

/**
 * Starts everything, and resolves when all workers have joined.
 *
 * @throws with the folder of the logs, when they do not.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  await using resources = new AsyncDisposableStack()
  const root =
    options.directory ?? resources.use(await temporaryDirectory('sleepless-faults-')).path
  const places = makePlaces(mkdtempSync(path.join(root, 'stack-')), WORKERS, options.isMounting)
  resources.defer(() => rmSync(places.root, { recursive: true, force: true, maxRetries: 5 }))
  if (options.isMounting) resources.defer(() => unmount(places))
  try {
    const stack = await startIn(places, options, resources)
    const owned = resources.move()
    return { ...stack, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  } catch (error) {
    const folder = keepFailure('start', places.logs, { error: String(error) })
    throw new Error(`a stack did not start; its logs: ${folder}`, { cause: error })
  }
}

async function startIn(
  places: Places,
  options: StackOptions,
  resources: AsyncDisposableStack,
): Promise<Omit<Stack, typeof Symbol.asyncDispose>> {
  const model = resources.use(await createFaultModel())
  mkdirSync(path.join(places.root, 'redis'))
  const redis = resources.use(await createStackRedis(path.join(places.root, 'redis')))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const client = createApiClient({ url, token: API_TOKEN, timeoutMs: 5000 })
  const variants = new Map<string, Variant>()
  const shared = environmentOf(options, { places, redis, port, model })
  const start: Start = (name, env = {}) => {
    const [command = name] = name.split('-')
    const logFile = path.join(places.logs, `${name}.log`)
    const invocation = (): Invocation =>
      invocationOf(command, { ...shared, ...env }, variants.get(name) ?? mutantOf(options, command))
    return resources.use(createService({ name, logFile, invocation }))
  }

  const api = start('api')
  await waitFor(() => client.ready().catch(() => false), {
    description: 'the api to be ready',
    timeoutMs: START_TIMEOUT_MS,
  })
  const watch = resources.use(watchEvents(client))
  const schedulers = Array.from({ length: SCHEDULERS }, (_, index) =>
    start(`scheduler-${index + 1}`),
  )
  const workers: WorkerPart[] = []
  for (const [index, home] of places.workers.entries()) {
    const toApi = resources.use(await createTcpProxy({ targetPort: port }))
    const toRedis = resources.use(await createTcpProxy({ targetPort: redis.port }))
    workers.push({ service: startWorker(start, { index, home, toApi, toRedis }), toApi, toRedis })
  }
  await waitFor(() => watch.workerNames.size >= WORKERS, {
    description: 'the workers to join',
    timeoutMs: START_TIMEOUT_MS,
  })
  await client.createProject({ name: PROJECT, remote: places.remote })
  const services = [api, ...schedulers, ...workers.map(({ service }) => service)]
  return {
    client,
    url,
    places,
    api,
    schedulers,
    workers,
    redis,
    model,
    watch,
    isMounted: options.isMounting,
    services,
    vary(service, variant) {
      if (variant === undefined) variants.delete(service.name)
      else variants.set(service.name, variant)
    },
    ...controlsOf(places.controlFile, services),
  }
}

type Start = (name: string, env?: Readonly<Record<string, string>>) => Service

interface WorkerPlace extends Pick<WorkerPart, 'toApi' | 'toRedis'> {
  readonly index: number
  readonly home: string
}

function startWorker(start: Start, { index, home, toApi, toRedis }: WorkerPlace): Service {
  return start(`worker-${index + 1}`, {
    SLEEPLESS_HOME: home,
    HOME: home,
    SLEEPLESS_API_TOKEN: '',
    SLEEPLESS_API_URL: `http://127.0.0.1:${toApi.port}`,
    QUEUE_URL: `redis://127.0.0.1:${toRedis.port}`,
  })
}

function controlsOf(
  file: string,
  services: readonly Service[],
): Pick<Stack, 'shiftClock' | 'block'> {
  let shiftedMs = 0
  const tell = (state: object): void => writeFileSync(file, JSON.stringify(state))
  return {
    shiftClock(shiftMs) {
      shiftedMs = shiftMs
      tell({ shiftMs })
      for (const service of services) service.signal('SIGUSR2')
    },
    block(service, blockMs) {
      tell({ shiftMs: shiftedMs, blockMs })
      service.signal('SIGUSR2')
    },
  }
}

/** Only the service that the mutant is about is not the shipped one. */
function mutantOf({ mutant = '' }: StackOptions, command: string): Variant | undefined {
  return MUTANTS[mutant]?.service === command ? { mutant } : undefined
}

/** The shipped command, or, where something was asked to be different, our own composition of it. */
function invocationOf(
  command: string,
  env: Readonly<Record<string, string>>,
  variant: Variant | undefined,
): Invocation {
  if (variant === undefined) return { args: ['--import', CONTROL, SLEEPLESS, command], env }
  return {
    args: ['--import', CONTROL, COMPOSITION, command],
    env: { ...env, FAULT_MUTANT: variant.mutant ?? '', FAULT_CRASH_AT: variant.crashAt ?? '' },
  }
}

interface Addresses {
  readonly places: Places
  readonly redis: StackRedis
  readonly port: number
  readonly model: FaultModel
}

function environmentOf(
  { leaseMs }: StackOptions,
  { places, redis, port, model }: Addresses,
): Readonly<Record<string, string>> {
  return {
    PATH: process.env['PATH'] ?? '',
    // A zone with summer time, so that a shifted clock can cross its edge.
    TZ: 'Europe/Berlin',
    HOME: places.control,
    SLEEPLESS_HOME: places.control,
    SLEEPLESS_API_PORT: String(port),
    SLEEPLESS_API_TOKEN: API_TOKEN,
    SLEEPLESS_WORKER_TOKEN: WORKER_TOKEN,
    SLEEPLESS_LEASE_MS: String(leaseMs),
    QUEUE_URL: `redis://127.0.0.1:${redis.port}`,
    WORKER_CONCURRENCY: '3',
    // Thousands of attempts, on a disk that may be in memory.
    WORKER_KEEP_BYTES: '0',
    WORKER_COMMANDS: `fault=${path.join(places.programs, 'agent')}`,
    // The program that stands before Claude Code reads what lies beside it.
    BUBBLEWRAP_BIN: '/nonexistent/bwrap',
    CLAUDE_BIN: path.join(places.programs, 'claude'),
    ANTHROPIC_API_KEY: 'made-up-key-of-the-fault-harness',
    ANTHROPIC_BASE_URL: model.url,
    FAULT_CONTROL: places.controlFile,
  }
}
