import { problem, type Problem } from '@sleepless/contracts'
import type { FastifyInstance, InjectOptions } from 'fastify'

import { buildApp } from '../build-app.ts'
import type { ApiDeps } from '../deps.ts'
import { DEFAULT_HTTP } from '../http-options.ts'
import { createLeaseTicks } from '../lease-ticks.ts'
import { createTurns } from '../output/turns.ts'
import { openControlPlane, TOKENS, type ControlPlane } from './control-plane.ts'

type Answer = Awaited<ReturnType<FastifyInstance['inject']>>

/** The app without a port. */
export interface InjectedApp extends AsyncDisposable {
  readonly plane: ControlPlane
  /** Sends a request with the api's token. */
  send(options: InjectOptions): Promise<Answer>
}

export async function injectedApp(replaced: Partial<ApiDeps> = {}): Promise<InjectedApp> {
  const plane = await openControlPlane()
  const stopping = new AbortController()
  const app = buildApp({
    ...plane,
    http: DEFAULT_HTTP,
    leaseTicks: createLeaseTicks(plane),
    outputTurns: createTurns(),
    stopping: stopping.signal,
    ...replaced,
  })
  return {
    plane,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await app.close()
      await plane[Symbol.asyncDispose]()
    },
    send: (options) =>
      app.inject({
        ...options,
        headers: { authorization: `Bearer ${TOKENS.api}`, ...options.headers },
      }),
  }
}

/** The answer as the problem that it must be. */
export function problemOf(answer: Answer): Problem {
  const type = String(answer.headers['content-type'])
  if (!type.startsWith('application/problem+json')) throw new Error(`no problem: ${answer.body}`)
  const parsed = problem.parse(answer.json())
  if (parsed.status !== answer.statusCode) throw new Error('the status is not that of the answer')
  if (answer.body.includes('node_modules')) throw new Error(`a stack in: ${answer.body}`)
  return parsed
}
