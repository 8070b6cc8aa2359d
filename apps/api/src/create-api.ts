import type { AddressInfo } from 'node:net'

import type { Queue } from '@sleepless/domain'
import type { EngineDeps } from '@sleepless/engine'
import { StartupError, type Logger } from '@sleepless/runtime'
import type { OutputSpool, ResultsStore, SqliteStore } from '@sleepless/storage'

import { buildApp } from './build-app.ts'
import type { ApiTokens } from './deps.ts'
import { DEFAULT_HTTP, type HttpOptions } from './http-options.ts'
import { createLeaseTicks } from './lease-ticks.ts'
import { startRemovingFiles } from './output/remove-files.ts'
import { startSealing } from './output/seal-outputs.ts'
import { createTurns } from './output/turns.ts'
import { startIndexing } from './search/index-tasks.ts'
import type { AnswerSerializer } from './serializer.ts'

export interface ApiOptions {
  readonly store: SqliteStore
  readonly queue: Queue
  readonly results: ResultsStore
  readonly spool: OutputSpool
  readonly engine: EngineDeps
  readonly tokens: ApiTokens
  /** Default: for loopback, with generous limits. */
  readonly http?: HttpOptions
  /** Default: one that trusts the views. Tests have one that checks what is answered. */
  readonly serializer?: AnswerSerializer
  readonly logger: Logger
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
}

export interface Api extends AsyncDisposable {
  /** Where it listens, for clients on this machine. */
  readonly url: string
}

/**
 * Starts the HTTP service.
 *
 * @throws {StartupError} when the port is taken, or the address is not this machine's.
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { host, port } = options
  await using resources = new AsyncDisposableStack()
  const stopping = new AbortController()
  const leaseTicks = createLeaseTicks(options)
  const { http = DEFAULT_HTTP } = options
  const deps = {
    ...options,
    http,
    leaseTicks,
    outputTurns: createTurns(),
    stopping: stopping.signal,
  }
  const app = buildApp(deps)
  resources.defer(async () => {
    stopping.abort()
    await app.close()
  })
  resources.use(tellOfFailures(options))
  await listen(() => app.listen({ host, port }), options)
  resources.use(leaseTicks.start())
  resources.use(startSealing(deps))
  resources.use(startRemovingFiles(deps))
  resources.use(startIndexing(deps))

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const address = app.server.address() as AddressInfo
  const started = resources.move()
  return {
    url: `http://${reachable(host)}:${address.port}`,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** A disk that fails, and that works again, is told of once each. */
function tellOfFailures({ store, logger }: Pick<ApiOptions, 'store' | 'logger'>): Disposable {
  return store.health.onChange((failure) => {
    if (failure === undefined) {
      logger.info({}, 'database can be written again')
    } else {
      const { code, remedy } = failure
      logger.error({ err: failure, code, remedy }, 'database cannot be written')
    }
  })
}

async function listen(
  start: () => Promise<unknown>,
  { host, port }: Pick<ApiOptions, 'host' | 'port'>,
): Promise<void> {
  try {
    await start()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') {
      throw new StartupError(
        `Port ${port} of ${host} is taken.`,
        'Stop what uses it, or set SLEEPLESS_API_PORT to another one.',
        { cause: error },
      )
    }
    throw new StartupError(
      `The service cannot listen on ${host}:${port} (${String(code)}).`,
      'Set SLEEPLESS_API_HOST to an address of this machine.',
      { cause: error },
    )
  }
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
