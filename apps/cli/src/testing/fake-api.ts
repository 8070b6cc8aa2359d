import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

import { sendJson, sendProblem } from './fake-answers.ts'
import { routes } from './fake-routes.ts'
import { createFakeState, type FakeState } from './fake-state.ts'

export const TOKEN = 'made-up-token-of-the-tests'

export interface FakeApi extends AsyncDisposable {
  readonly state: FakeState
  readonly url: string
  /** Breaks every connection off, wherever it is; the service goes on. */
  breakConnections(): void
  stop(): Promise<void>
  /** Again, at the same address and with what it knew. */
  start(): Promise<void>
}

/** A service that keeps to the contracts, and does nothing by itself. */
export async function startFakeApi(): Promise<FakeApi> {
  const state = createFakeState()
  let server = await listen(state, 0)
  const port = portOf(server)
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    state,
    url: `http://127.0.0.1:${port}`,
    breakConnections: () => server.closeAllConnections(),
    stop,
    async start() {
      server = await listen(state, port)
    },
    [Symbol.asyncDispose]: stop,
  }
}

async function listen(state: FakeState, port: number): Promise<Server> {
  const server = createServer((request, response) => void serve(state, request, response))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no TCP port')
  return address.port
}

async function serve(
  state: FakeState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const called = `${request.method} ${url.pathname}`
  const exchange = { state, request, response, url }
  state.requests.push(called)
  if (url.pathname !== '/readyz' && request.headers.authorization !== `Bearer ${TOKEN}`) {
    return sendProblem(exchange, 401, 'UNAUTHORIZED')
  }
  if (state.canned.has(called)) return sendJson(exchange, 200, state.canned.get(called))
  const [pattern, answer] = routes.find(([candidate]) => candidate.test(called)) ?? []
  if (pattern === undefined || answer === undefined)
    return sendProblem(exchange, 404, 'NO_SUCH_ROUTE')
  try {
    await answer(exchange, pattern.exec(called)?.[1] ?? '')
  } catch (error) {
    sendProblem(exchange, 422, `INVALID_REQUEST ${String(error)}`)
  }
}
