import { changeProjectBody, projectView as projectViewSchema } from '@sleepless/contracts'
import type { ReadTx } from '@sleepless/domain'
import { changeProject, existingProject, removeProject } from '@sleepless/engine'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'
import { assertMatches, etagOf } from '../etags.ts'
import { cleared } from '../patch.ts'
import { projectView } from '../views/project-view.ts'
import { byName } from './projects.ts'

/** What becomes of projects that are there. */
export function projectChangeRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.patch(
      '/projects/:name',
      {
        config: { scope: 'operate' },
        schema: { params: byName, body: changeProjectBody, response: { 200: projectViewSchema } },
      },
      async (request, reply) => {
        const { name } = request.params
        const { egress, ...fields } = request.body
        const change = { ...cleared(fields), ...(egress && { egress: given(egress) }) }
        const view = await writeFor(store, request, (tx) => {
          assertProject(tx, request, name)
          return projectView(changeProject(tx, engine, name, change))
        })
        return reply.header('etag', etagOf(view)).send(view)
      },
    )

    app.delete(
      '/projects/:name',
      {
        config: { scope: 'operate' },
        schema: { params: byName, response: { 204: z.undefined() } },
      },
      async (request, reply) => {
        const { name } = request.params
        await writeFor(store, request, (tx) => {
          assertProject(tx, request, name)
          removeProject(tx, engine, name)
        })
        return reply.status(204).send()
      },
    )
  }
}

function assertProject(tx: ReadTx, request: Pick<FastifyRequest, 'headers'>, name: string): void {
  assertMatches(request, etagOf(projectView(existingProject(tx, name))))
}

type Egress = NonNullable<z.output<typeof changeProjectBody>['egress']>

function given({ registries, hosts }: Egress): { registries?: boolean; hosts?: readonly string[] } {
  return { ...(registries !== undefined && { registries }), ...(hosts && { hosts }) }
}
