import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { createApiClient, type ApiClient } from '@sleepless/contracts'
import { freePort, startRedis, temporaryDirectory, waitFor } from '@sleepless/testing'

const SLEEPLESS = fileURLToPath(new URL('../apps/cli/bin/sleepless.js', import.meta.url))
const TOKEN = 'token-of-the-benchmark'

export interface Installation extends AsyncDisposable {
  readonly client: ApiClient
  readonly url: string
  readonly token: string
  /** Of the process that holds the api. */
  readonly pid: number
}

/** The service as its user runs it, in one process or in four. */
export async function install(
  mode: 'standalone' | 'distributed',
  modelUrl: string,
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
    WORKER_CONCURRENCY: '1',
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

  let pid: number
  if (mode === 'standalone') {
    pid = await start('up', {})
  } else {
    const redis = resources.use(await startRedis())
    const queue = { QUEUE_URL: redis.url }
    pid = await start('api', queue)
    await start('scheduler', queue)
    await start('worker', queue)
  }
  const owned = resources.move()
  return { client, url, token: TOKEN, pid, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
