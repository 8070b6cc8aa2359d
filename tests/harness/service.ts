import { createApiClient, type ApiClient, type TaskView } from '@sleepless/contracts'
import { freePort, temporaryDirectory, waitFor } from '@sleepless/testing'

import { startSleepless, type SleeplessProcess } from './sleepless.ts'

export const API_TOKEN = 'token-of-the-end-to-end-tests'

export interface ServiceOptions {
  readonly modelUrl: string
  readonly env?: Readonly<Record<string, string>>
}

/** A home, a port and an environment for services; the processes are the test's business. */
export interface Installation extends AsyncDisposable {
  readonly home: string
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly client: ApiClient
}

export async function createInstallation({
  modelUrl,
  env = {},
}: ServiceOptions): Promise<Installation> {
  const directory = await temporaryDirectory('sleepless-e2e-')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  return {
    home: directory.path,
    url,
    env: {
      HOME: directory.path,
      SLEEPLESS_HOME: directory.path,
      SLEEPLESS_API_PORT: String(port),
      SLEEPLESS_API_TOKEN: API_TOKEN,
      // Most tests stop services in the middle of something.
      SLEEPLESS_STOP_GRACE_MS: '0',
      ANTHROPIC_API_KEY: 'made-up-key-of-the-tests',
      ANTHROPIC_BASE_URL: modelUrl,
      ...env,
    },
    client: createApiClient({ url, token: API_TOKEN }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

export interface Standalone extends Installation {
  readonly process: SleeplessProcess
}

/** `sleepless up`, ready for tasks. */
export async function startStandalone(options: ServiceOptions): Promise<Standalone> {
  await using resources = new AsyncDisposableStack()
  const installation = resources.use(await createInstallation(options))
  const process = resources.use(startSleepless(['up'], installation.env))
  await isReady(installation, process)
  const owned = resources.move()
  return { ...installation, process, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

export async function isReady(
  { client }: Pick<Installation, 'client'>,
  process: SleeplessProcess,
): Promise<void> {
  const ended = process.exited().then((code) => {
    throw new Error(`the service ended with ${code}: ${process.output()}`)
  })
  const ready = waitFor(() => client.ready().catch(() => false), {
    description: 'the service to be ready',
    timeoutMs: 60_000,
  })
  await Promise.race([ready, ended])
}

const FINAL = new Set<TaskView['status']>(['succeeded', 'failed', 'canceled'])

export function untilEnded(client: ApiClient, id: string, timeoutMs = 90_000): Promise<TaskView> {
  return waitFor(
    async () => {
      const task = await client.task(id)
      return FINAL.has(task.status) ? task : undefined
    },
    { description: `task ${id} to end`, timeoutMs },
  )
}

export function untilRunning(client: ApiClient, id: string): Promise<TaskView> {
  return waitFor(
    async () => {
      const task = await client.task(id)
      return task.status === 'running' ? task : undefined
    },
    { description: `task ${id} to run`, timeoutMs: 30_000 },
  )
}

export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text()
}
