import {
  dayDocument,
  dayReportQuery,
  dayReportView,
  taskDocument,
  taskReportQuery,
  taskReportView,
  toMarkdown,
  type TaskReport,
} from '@sleepless/contracts'
import { taskId, type TaskId } from '@sleepless/domain'
import { existingTask } from '@sleepless/engine'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import type { ApiDeps } from '../deps.ts'
import { resultKey } from '../output/result-key.ts'
import { committedAttempt } from '../output/task-results.ts'
import { dayReport } from '../reports/day-report.ts'
import { diffStat } from '../reports/diff-stat.ts'
import { taskReport } from '../reports/task-report.ts'
import { byTaskId } from './by-task-id.ts'

const MARKDOWN = 'text/markdown; charset=utf-8'

/** What came of tasks, as data for programs and as Markdown for people. */
export function reportRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine } = deps
  return async (app) => {
    app.get(
      '/tasks/:id/report',
      {
        config: { scope: 'read' },
        schema: {
          params: byTaskId,
          querystring: taskReportQuery,
          response: { 200: taskReportView },
        },
      },
      async (request, reply) => {
        const id = taskId(request.params.id)
        const now = engine.clock.now()
        const told = await store.read((tx) => taskReport(tx, existingTask(tx, id), now))
        const report = { ...told, changes: told.commit === null ? null : await changesOf(deps, id) }
        if (!wantsMarkdown(request, reply)) return report
        return sendMarkdown(reply, toMarkdown(taskDocument(report)))
      },
    )

    app.get(
      '/reports',
      {
        config: { scope: 'read' },
        schema: { querystring: dayReportQuery, response: { 200: dayReportView } },
      },
      async (request, reply) => {
        const { day, timeZone, project } = request.query
        const options = { day, timeZone, project }
        const report = await dayReport(deps, options)
        if (!wantsMarkdown(request, reply)) return report
        return sendMarkdown(reply, toMarkdown(dayDocument(report)))
      },
    )
  }
}

/** @returns null when the diff is not there, as of a result that was put away. */
async function changesOf(deps: ApiDeps, id: TaskId): Promise<TaskReport['changes']> {
  const attempt = await committedAttempt(deps, id)
  const key = attempt && resultKey(attempt, 'diff.patch')
  if (key === undefined || !(await deps.results.has(key))) return null
  return diffStat(await deps.results.read(key))
}

type Request = Pick<FastifyRequest, 'headers'> & {
  readonly query: { readonly format?: 'json' | 'markdown' | undefined }
}

function wantsMarkdown({ query, headers }: Request, reply: FastifyReply): boolean {
  void reply.header('vary', 'accept')
  if (query.format !== undefined) return query.format === 'markdown'
  return headers.accept?.includes('text/markdown') ?? false
}

/** Past the schema, which is that of the data. */
function sendMarkdown(reply: FastifyReply, text: string): never {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is answered is sent already
  return reply.type(MARKDOWN).send(text) as never
}
