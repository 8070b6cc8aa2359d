import { artifactList } from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { resultKey } from '../output/result-key.ts'
import { committedAttempt, sendResult } from '../output/task-results.ts'
import { byTaskId } from './by-task-id.ts'

const byArtifact = byTaskId.extend({ name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/) })

/** The files that a task left behind. */
export function artifactRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/tasks/:id/artifacts',
      { config: { scope: 'read' }, schema: { params: byTaskId, response: { 200: artifactList } } },
      async ({ params }) => {
        const attempt = await committedAttempt(deps, taskId(params.id))
        const items = attempt === undefined ? [] : await deps.results.list(resultKey(attempt, ''))
        return { items: [...items], nextCursor: null }
      },
    )

    app.get(
      '/tasks/:id/artifacts/:name',
      { config: { scope: 'read' }, schema: { params: byArtifact } },
      async ({ params }, reply) => {
        const attempt = await committedAttempt(deps, taskId(params.id))
        return sendResult(deps, reply, {
          key: attempt && resultKey(attempt, params.name),
          type: 'application/octet-stream',
        })
      },
    )
  }
}
