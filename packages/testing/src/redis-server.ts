import { once } from 'node:events'
import { createConnection } from 'node:net'

import { freePort } from './free-port.ts'
import { hasEnded, spawnTied, stopProcess } from './spawn-tied.ts'
import { ensureProgram } from './system-packages.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { waitFor } from './wait-for.ts'

const START_TIMEOUT_MS = 10_000
const PING_TIMEOUT_MS = 1_000

export interface RedisOptions {
  /** A port of 127.0.0.1, to come back where a stopped one was. Default: a free one. */
  readonly port?: number
  /** Keep data in an append-only file, as often synced as this says. Default: keep nothing. */
  readonly appendonly?: 'always' | 'everysec' | 'no'
  /** Where data goes. Default: a directory of its own, removed when disposed. */
  readonly directory?: string
  /** More settings, as on the command line: `{ maxmemory: '1mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A real redis-server of our own. Dispose it to kill it and remove its data. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Resolves when the process is gone, also when it was already. Default signal: SIGTERM. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** @returns whether a Redis at this port of 127.0.0.1 answers PING. */
async function answersPing(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: '127.0.0.1', timeout: PING_TIMEOUT_MS })
  socket.once('timeout', () => socket.destroy(new Error('no answer to PING')))
  try {
    socket.write('PING\r\n')
    const [answer]: unknown[] = await once(socket, 'data')
    return String(answer) === '+PONG\r\n'
  } finally {
    socket.destroy()
  }
}

function flags(options: RedisOptions, port: number, directory: string): readonly string[] {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: options.appendonly === undefined ? 'no' : 'yes',
    appendfsync: options.appendonly ?? 'no',
    ...options.settings,
  }
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
}

/**
 * Starts redis-server on 127.0.0.1 (installing it first where `ensureProgram` can) and waits until
 * it answers. Nothing is persisted unless asked for.
 *
 * @throws with what the server printed, when it ends or stays silent for 10 s.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const program = await ensureProgram({ program: 'redis-server', debianPackage: 'redis-server' })
  await using cleanup = new AsyncDisposableStack()
  const directory =
    options.directory ?? cleanup.use(await temporaryDirectory('sleepless-redis-')).path
  const port = options.port ?? (await freePort())

  const child = spawnTied({ program, args: flags(options, port, directory) })
  cleanup.defer(() => stopProcess(child, 'SIGKILL'))
  let output = ''
  const note = (chunk: unknown): void => {
    output = (output + String(chunk)).slice(-4000)
  }
  child.stdout?.on('data', note)
  child.stderr?.on('data', note)
  child.once('error', note)

  await waitFor(() => hasEnded(child) || answersPing(port), {
    description: 'redis-server to answer',
    timeoutMs: START_TIMEOUT_MS,
  })
  const { pid } = child
  if (pid === undefined || hasEnded(child)) {
    throw new Error(`redis-server did not start:\n${output}`)
  }
  const owned = cleanup.move()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    stop: (signal = 'SIGTERM') => stopProcess(child, signal),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
