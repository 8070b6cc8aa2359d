import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

import type { Fetch } from '@sleepless/contracts'
import type { EngineDeps } from '@sleepless/engine'
import type { Logger } from '@sleepless/runtime'
import type { OutputSpool, ResultsStore, StoreCopy } from '@sleepless/storage'

import { buildApp } from './build-app.ts'
import type { ApiDeps } from './deps.ts'
import { DEFAULT_HTTP } from './http-options.ts'
import { createTurns } from './output/turns.ts'

export interface OfflineApiOptions {
  readonly store: StoreCopy
  readonly spool: OutputSpool
  readonly results: ResultsStore
  readonly engine: EngineDeps
  readonly logger: Logger
}

/**
 * What the service answers, without one: the same routes on a copy of its database, for whoever may read
 * that. It knows no request but GET.
 */
export function createOfflineApi(options: OfflineApiOptions): Fetch {
  const token = randomUUID()
  const app = buildApp(depsOf(options, token))
  return async (url, { headers }) => {
    const { pathname, search } = new URL(url)
    const answer = await app.inject({
      method: 'GET',
      url: `${pathname}${search}`,
      headers: { ...Object.fromEntries(new Headers(headers)), authorization: `Bearer ${token}` },
      payloadAsStream: true,
    })
    // What is refused is short, and nobody may want to read it.
    const isRefused = answer.statusCode >= 400
    const body = isRefused ? await buffer(answer.stream()) : Readable.toWeb(answer.stream())
    const given = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
    return new Response(body, {
      status: answer.statusCode,
      headers: Object.fromEntries(given),
    })
  }
}

const nothing: Disposable = { [Symbol.dispose]: () => {} }

function refused(): Promise<never> {
  return Promise.reject(new Error('nothing is written offline'))
}

function depsOf(options: OfflineApiOptions, token: string): ApiDeps {
  const { store } = options
  return {
    ...options,
    store: {
      epochs: store.epochs,
      health: { failure: undefined, onChange: () => nothing },
      read: async (work) => store.read(work),
      write: refused,
      onChange: () => nothing,
      space: refused,
    },
    queue: { send: refused, withdraw: refused, isReachable: () => false },
    outputTurns: createTurns(),
    leaseTicks: { tick: refused, start: () => nothing },
    tokens: { api: token, worker: randomUUID() },
    http: DEFAULT_HTTP,
    stopping: new AbortController().signal,
  }
}
