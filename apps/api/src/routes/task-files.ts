import { taskId } from '@sleepless/domain'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import type { ApiDeps } from '../deps.ts'
import { resultKey } from '../output/result-key.ts'
import { committedAttempt, sendResult } from '../output/task-results.ts'
import { byTaskId } from './by-task-id.ts'

/** What a task has changed. */
export function taskFileRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/tasks/:id/diff',
      { config: { scope: 'read', isCompressible: true }, schema: { params: byTaskId } },
      async ({ params }, reply) => {
        const attempt = await committedAttempt(deps, taskId(params.id))
        return sendResult(deps, reply, {
          key: attempt && resultKey(attempt, 'diff.patch'),
          type: 'text/x-diff; charset=utf-8',
        })
      },
    )
  }
}
