import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { createApiClient, type ApiClient } from '@sleepless/contracts'
import { openStore } from '@sleepless/storage'
import { freePort, startRedis, temporaryDirectory, waitFor } from '@sleepless/testing'
import Database from 'better-sqlite3'

const SLEEPLESS = fileURLToPath(new URL('../apps/cli/bin/sleepless.js', import.meta.url))
const TOKEN = 'token-of-the-benchmark'

export interface Installation extends AsyncDisposable {
  readonly client: ApiClient
  readonly url: string
  readonly token: string
  readonly home: string
  /** Of the process that holds the api. */
  readonly pid: number
  /** Of one process of each service. */
  readonly pids: Readonly<Record<string, number>>
  /** Absent where there is none. */
  readonly redisUrl: string | undefined
}

export interface InstallOptions {
  /** How many workers a distributed service has. Default: 1. */
  readonly workers?: number
  /** What `WORKER_COMMANDS` says. Default: nothing. */
  readonly commands?: string
  /** How many tasks, which wait for a far moment, are in the database from the start. Default: none. */
  readonly stored?: number
  /** Fills the database before the start. */
  readonly fill?: (file: string) => Promise<void>
  /** How many attempts a worker runs at once. Default: 1. */
  readonly concurrency?: number
}

/** The service as its user runs it: in one process, in four, or the api alone. */
export async function install(
  mode: Mode,
  modelUrl: string,
  { stored = 0, workers = 1, commands = '', concurrency = 1, fill }: InstallOptions = {},
): Promise<Installation> {
  await using resources = new AsyncDisposableStack()
  const home = resources.use(await temporaryDirectory('sleepless-bench-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home.path,
    SLEEPLESS_HOME: home.path,
    SLEEPLESS_API_PORT: String(port),
    SLEEPLESS_API_URL: url,
    SLEEPLESS_API_TOKEN: TOKEN,
    SLEEPLESS_LOG_LEVEL: 'warn',
    WORKER_CONCURRENCY: String(concurrency),
    WORKER_COMMANDS: commands,
    // What a sandbox adds is another bench's.
    WORKER_HOST_COMMANDS: commands.split('=')[0] ?? '',
    ANTHROPIC_API_KEY: 'made-up',
    ANTHROPIC_BASE_URL: modelUrl,
  }
  const client = createApiClient({ url, token: TOKEN })
  const isReady = (): Promise<boolean> => client.ready().catch(() => false)
  const start = async (
    command: string,
    more: Readonly<Record<string, string>>,
  ): Promise<number> => {
    const child = spawn(process.execPath, [SLEEPLESS, command], {
      env: { ...env, ...more },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    resources.defer(() => end(child))
    await waitFor(isReady, { description: `${command} to be ready`, timeoutMs: 60_000 })
    return child.pid ?? 0
  }

  const database = path.join(home.path, 'tasks.db')
  if (stored > 0) await fillDatabase(database, stored)
  await fill?.(database)
  const redisUrl = mode === 'standalone' ? undefined : resources.use(await startRedis()).url
  const pids: Record<string, number> = {}
  for (const command of servicesOf(mode, workers)) {
    pids[command] = await start(command, redisUrl === undefined ? {} : { QUEUE_URL: redisUrl })
  }
  if (mode === 'distributed') await untilJoined(client, workers)
  const owned = resources.move()
  const pid = pids['up'] ?? pids['api'] ?? 0
  return {
    client,
    url,
    token: TOKEN,
    home: home.path,
    pid,
    pids,
    redisUrl,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

type Mode = 'standalone' | 'distributed' | 'api'

/** The commands that are started, in this order. */
function servicesOf(mode: Mode, workers: number): readonly string[] {
  if (mode === 'api') return ['api']
  if (mode === 'standalone') return ['up']
  return ['api', 'scheduler', ...Array.from({ length: workers }, () => 'worker')]
}

async function untilJoined(client: ApiClient, workers: number): Promise<void> {
  await waitFor(async () => (await workersOf(client)) >= workers, {
    description: 'all workers to have joined',
    timeoutMs: 120_000,
  })
}

async function workersOf(client: ApiClient): Promise<number> {
  let joined = 0
  for await (const { id, type } of client.events({ after: 0, signal: AbortSignal.timeout(2000) })) {
    if (type === 'worker.joined') joined += 1
    if (id >= 1000) break
  }
  return joined
}

async function fillDatabase(file: string, tasks: number): Promise<void> {
  await openStore(file)[Symbol.asyncDispose]()
  const connection = new Database(file)
  connection.pragma('synchronous = OFF')
  connection.exec(`
    INSERT INTO partitions VALUES (1, json_array(NULL, 'claude', json('[]')));
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${tasks})
    INSERT INTO tasks (id, kind, prompt, status, priority, sort_key, partition, timeout_ms, attempts,
        tries, due_at, due_reason, created_at)
      SELECT printf('tsk_00000000-0000-7000-8000-%012x', i), 'thought', 'Think of a number.',
        'queued', 50, i, 1, 1000, 0, 0, 2e14 + i, 'not-before', i FROM n`)
  connection.close()
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
