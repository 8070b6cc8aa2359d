import type { IncomingMessage, ServerResponse } from 'node:http'

import { PROBLEM_CONTENT_TYPE, type TaskView } from '@sleepless/contracts'

import type { FakeState } from './fake-state.ts'

export interface Exchange {
  readonly state: FakeState
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
}

export type Route = readonly [pattern: RegExp, serve: (exchange: Exchange, id: string) => unknown]

export function sendProblem({ response }: Exchange, status: number, code: string): void {
  response.writeHead(status, { 'content-type': PROBLEM_CONTENT_TYPE })
  const detail = `this is ${code}`
  response.end(JSON.stringify({ type: 'about:blank', title: code, status, detail, code }))
}

export function sendJson({ response }: Exchange, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

export function sendList(exchange: Exchange, items: readonly unknown[]): void {
  sendJson(exchange, 200, { items, nextCursor: null })
}

export function withTask(exchange: Exchange, id: string, serve: (task: TaskView) => void): void {
  const task = exchange.state.tasks.get(id)
  if (task === undefined) sendProblem(exchange, 404, 'TASK_NOT_FOUND')
  else serve(task)
}
