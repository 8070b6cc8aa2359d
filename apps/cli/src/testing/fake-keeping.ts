import { json } from 'node:stream/consumers'

import {
  changeProjectBody,
  changeSettingsBody,
  projectView,
  settingsView,
  type TaskView,
} from '@sleepless/contracts'
import { isFinal } from '@sleepless/domain'

import {
  sendJson,
  sendList,
  sendProblem,
  withTask,
  type Exchange,
  type Route,
} from './fake-answers.ts'

const TRASHED_AT = '2026-01-31T11:00:00.000Z'

/** Trash, settings, and what becomes of projects. */
export const keepingRoutes: readonly Route[] = [
  [/^DELETE \/v1\/tasks\/([^/]+)$/, putAway],
  [/^GET \/v1\/trash$/, (exchange) => sendList(exchange, trashed(exchange))],
  [/^POST \/v1\/trash\/([^/]+)\/restore$/, restore],
  [/^DELETE \/v1\/trash$/, empty],
  [/^GET \/v1\/settings$/, (exchange) => sendJson(exchange, 200, exchange.state.settings)],
  [/^PATCH \/v1\/settings$/, changeSettings],
  [/^PATCH \/v1\/projects\/([^/]+)$/, changeProject],
  [/^DELETE \/v1\/projects\/([^/]+)$/, removeProject],
]

function trashed({ state }: Exchange): readonly TaskView[] {
  return [...state.tasks.values()].filter(({ trashedAt }) => trashedAt !== null)
}

function putAway(exchange: Exchange, id: string): void {
  withTask(exchange, id, (task) => {
    if (!isFinal(task.status)) return sendProblem(exchange, 409, 'TASK_ACTIVE')
    return sendJson(exchange, 200, exchange.state.put({ ...task, trashedAt: TRASHED_AT }))
  })
}

function restore(exchange: Exchange, id: string): void {
  withTask(exchange, id, (task) =>
    sendJson(exchange, 200, exchange.state.put({ ...task, trashedAt: null })),
  )
}

function empty(exchange: Exchange): void {
  const [one, ...others] = trashed(exchange)
  if (one !== undefined) exchange.state.tasks.delete(one.id)
  // As the real one does with very many, so that the command has to come again.
  sendJson(exchange, 200, { purged: one === undefined ? 0 : 1, more: others.length > 0 })
}

async function changeSettings(exchange: Exchange): Promise<void> {
  const { state, request } = exchange
  const patch = changeSettingsBody.parse(await json(request))
  state.settings = settingsView.parse({ ...state.settings, ...patch })
  sendJson(exchange, 200, state.settings)
}

async function changeProject(exchange: Exchange, name: string): Promise<void> {
  const { projects } = exchange.state
  const index = projects.findIndex((project) => project.name === name)
  const project = projects[index]
  if (project === undefined) return sendProblem(exchange, 404, 'PROJECT_NOT_FOUND')
  const { egress, ...patch } = changeProjectBody.parse(await json(exchange.request))
  const reach = { ...project.egress, ...egress }
  const changed = projectView.parse({ ...project, ...patch, egress: reach })
  projects[index] = changed
  return sendJson(exchange, 200, changed)
}

function removeProject(exchange: Exchange, name: string): void {
  const { projects } = exchange.state
  const index = projects.findIndex((project) => project.name === name)
  if (index === -1) return sendProblem(exchange, 404, 'PROJECT_NOT_FOUND')
  projects.splice(index, 1)
  exchange.response.writeHead(204)
  exchange.response.end()
}
