import { json } from 'node:stream/consumers'

import {
  createProjectBody,
  pauseBody,
  projectView,
  sendMessageBody,
  submitTaskBody,
  taskListQuery,
} from '@sleepless/contracts'
import { isFinal } from '@sleepless/domain'

import { accessRoutes } from './fake-access-routes.ts'
import {
  sendJson,
  sendList,
  sendProblem,
  withTask,
  type Exchange,
  type Route,
} from './fake-answers.ts'
import { keepingRoutes } from './fake-keeping.ts'
import { makeMessage, makeTask } from './fixtures.ts'

/** Answers as the real service does, as far as the command line asks. */
export const routes: readonly Route[] = [
  [/^GET \/readyz$/, (exchange) => sendJson(exchange, 200, { status: 'ok' })],
  [/^POST \/v1\/tasks$/, submit],
  [/^GET \/v1\/tasks$/, listTasks],
  [
    /^GET \/v1\/tasks\/([^/]+)$/,
    (exchange, id) => withTask(exchange, id, (task) => sendJson(exchange, 200, task)),
  ],
  [
    /^GET \/v1\/tasks\/([^/]+)\/attempts$/,
    (exchange, id) => sendList(exchange, exchange.state.attempts.get(id) ?? []),
  ],
  [/^POST \/v1\/tasks\/([^/]+)\/cancel$/, cancel],
  [/^POST \/v1\/tasks\/([^/]+)\/messages$/, sendMessage],
  [
    /^GET \/v1\/tasks\/([^/]+)\/messages$/,
    (exchange, id) => sendList(exchange, exchange.state.messages.get(id) ?? []),
  ],
  [/^GET \/v1\/tasks\/([^/]+)\/why$/, why],
  [/^POST \/v1\/tasks\/([^/]+)\/retry$/, retry],
  [/^POST \/v1\/pause$/, pause],
  [/^POST \/v1\/resume$/, resume],
  [/^GET \/v1\/usage$/, tellUsage],
  [/^GET \/v1\/health$/, (exchange) => sendJson(exchange, 200, exchange.state.health)],
  [/^GET \/v1\/tasks\/([^/]+)\/output$/, sendOutput],
  [/^GET \/v1\/projects$/, (exchange) => sendList(exchange, exchange.state.projects)],
  [/^POST \/v1\/projects$/, addProject],
  [/^GET \/v1\/events$/, streamEvents],
  ...accessRoutes,
  ...keepingRoutes,
]

async function submit(exchange: Exchange): Promise<void> {
  const { state, request } = exchange
  const body = submitTaskBody.parse(await json(request))
  const key = String(request.headers['idempotency-key'])
  state.submissions.push(body)
  const { project = null, prompt, priority = 50, model = null, timeoutMs = 3_600_000 } = body
  const kind = project === null ? 'thought' : 'serious'
  const task =
    state.answers.get(key) ??
    state.put(
      makeTask({
        kind,
        project,
        prompt,
        priority,
        model,
        timeoutMs,
        budgetUsd: body.budgetUsd ?? null,
        executor: body.executor ?? 'claude',
        labels: body.labels ?? [],
        onDependencyFailure: body.onDependencyFailure ?? 'fail',
        deadline: body.deadline ?? null,
      }),
    )
  state.answers.set(key, task)
  sendJson(exchange, 201, task)
}

function listTasks(exchange: Exchange): void {
  const query = taskListQuery.parse(Object.fromEntries(exchange.url.searchParams))
  const { status, project, q, limit } = query
  const tasks = [...exchange.state.tasks.values()].filter(
    (task) =>
      task.trashedAt === null &&
      (status?.includes(task.status) ?? true) &&
      (project === undefined || task.project === project) &&
      (q === undefined || task.prompt.includes(q)),
  )
  const newestFirst = tasks.toSorted((a, b) => b.id.localeCompare(a.id))
  const nextCursor = tasks.length > limit ? 'more' : null
  sendJson(exchange, 200, { items: newestFirst.slice(0, limit), nextCursor })
}

function cancel(exchange: Exchange, id: string): void {
  withTask(exchange, id, (task) => {
    if (isFinal(task.status)) return sendProblem(exchange, 409, 'INVALID_TRANSITION')
    exchange.state.change(id, { status: 'canceled' }, 'task.canceled')
    return sendJson(exchange, 200, exchange.state.tasks.get(id))
  })
}

async function sendMessage(exchange: Exchange, id: string): Promise<void> {
  const { text } = sendMessageBody.parse(await json(exchange.request))
  withTask(exchange, id, ({ status }) => {
    if (isFinal(status)) return sendProblem(exchange, 409, 'MESSAGE_TOO_LATE')
    const before = exchange.state.messages.get(id) ?? []
    const message = makeMessage({ taskId: id, number: before.length + 1, text })
    exchange.state.messages.set(id, [...before, message])
    return sendJson(exchange, 201, message)
  })
}

function why(exchange: Exchange, id: string): void {
  withTask(exchange, id, ({ status, waitingFor }) =>
    sendJson(exchange, 200, {
      status,
      explanation: waitingFor?.detail ?? `It is ${status}.`,
      waitingFor,
      place: null,
      isNext: false,
      dependsOn: [],
      ...exchange.state.whys.get(id),
    }),
  )
}

function retry(exchange: Exchange, id: string): void {
  withTask(exchange, id, ({ prompt, status }) => {
    if (!isFinal(status)) return sendProblem(exchange, 409, 'TASK_NOT_ENDED')
    return sendJson(exchange, 201, exchange.state.put(makeTask({ prompt, followUpOf: id })))
  })
}

function tellUsage(exchange: Exchange): void {
  const { usage } = exchange.state
  const days = usage?.days.slice(-Number(exchange.url.searchParams.get('days')))
  sendJson(exchange, 200, { ...usage, days })
}

async function pause(exchange: Exchange): Promise<void> {
  const { reason = null } = pauseBody.parse(await json(exchange.request)) ?? {}
  exchange.state.pause = { paused: true, since: '2026-01-31T10:00:00.000Z', reason }
  sendJson(exchange, 200, exchange.state.pause)
}

function resume(exchange: Exchange): void {
  exchange.state.pause = { paused: false, since: null, reason: null }
  sendJson(exchange, 200, exchange.state.pause)
}

async function addProject(exchange: Exchange): Promise<void> {
  const {
    name,
    remote,
    defaultBranch = null,
    concurrency = null,
    egress = { registries: true, hosts: [] },
  } = createProjectBody.parse(await json(exchange.request))
  const createdAt = '2026-01-31T10:00:00.000Z'
  const project = projectView.parse({ name, remote, defaultBranch, concurrency, egress, createdAt })
  exchange.state.projects.push(project)
  sendJson(exchange, 201, project)
}

function sendOutput(exchange: Exchange, id: string): void {
  const { state, request, response, url } = exchange
  const last = /^bytes=-(\d+)$/.exec(request.headers.range ?? '')?.[1]
  if (last !== undefined) return sendEnd(exchange, id, Number(last))
  let sent = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  response.flushHeaders()
  const send = (): void => {
    const output = state.outputs.get(id) ?? Buffer.alloc(0)
    if (output.length > sent) response.write(output.subarray(sent))
    sent = Math.max(sent, output.length)
    const task = state.tasks.get(id)
    const isOver = task === undefined || isFinal(task.status)
    if (isOver || url.searchParams.get('follow') !== 'true') response.end()
  }
  response.once('close', state.onChange(send))
  send()
}

function sendEnd(exchange: Exchange, id: string, lastBytes: number): void {
  const output = exchange.state.outputs.get(id) ?? Buffer.alloc(0)
  if (output.length === 0) return sendProblem(exchange, 416, 'RANGE_NOT_SATISFIABLE')
  const from = Math.max(0, output.length - lastBytes)
  const range = `bytes ${from}-${output.length - 1}/${output.length}`
  exchange.response.writeHead(206, { 'content-type': 'text/plain', 'content-range': range })
  exchange.response.end(output.subarray(from))
}

function streamEvents({ state, response, url }: Exchange): void {
  let last = Number(url.searchParams.get('after') ?? state.events.length)
  const taskId = url.searchParams.get('task')
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  const send = (): void => {
    for (const event of state.events.slice(last)) {
      last = event.id
      if (event.taskId === taskId)
        response.write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`)
    }
  }
  response.once('close', state.onChange(send))
  send()
}
