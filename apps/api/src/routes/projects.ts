import {
  createProjectBody,
  projectList,
  projectListQuery,
  projectNameField,
  projectView as projectViewSchema,
} from '@sleepless/contracts'
import { createProject, existingProject } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { writeFor } from '../access/write-for.ts'
import { pageOf, parseCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { etagOf, isUnchanged } from '../etags.ts'
import { idempotencyOf } from '../idempotency-key.ts'
import { projectView } from '../views/project-view.ts'

export const byName = z.object({ name: projectNameField })

/** The repositories that serious tasks work on. */
export function projectRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/projects',
      {
        config: { scope: 'operate' },
        schema: { body: createProjectBody, response: { 201: projectViewSchema } },
      },
      async (request, reply) => {
        const { name, remote, defaultBranch, concurrency, egress } = request.body
        const fields = { name, remote, defaultBranch, concurrency, ...(egress && { egress }) }
        const idempotency = idempotencyOf(request)
        const project = await writeFor(store, request, (tx) =>
          createProject(tx, engine, fields, idempotency),
        )
        return reply
          .status(201)
          .header('location', `/v1/projects/${name}`)
          .send(projectView(project))
      },
    )

    app.get(
      '/projects',
      {
        config: { scope: 'read' },
        schema: { querystring: projectListQuery, response: { 200: projectList } },
      },
      async ({ query: { limit, cursor } }) => {
        const after = parseCursor(cursor, (name) => projectNameField.parse(name))
        const projects = await store.read((tx) =>
          tx.projects.list({ limit, ...(after && { after }) }),
        )
        const { nextCursor } = pageOf(projects, limit, ({ name }) => name)
        return { items: projects.map(projectView), nextCursor }
      },
    )

    app.get(
      '/projects/:name',
      {
        config: { scope: 'read' },
        schema: { params: byName, response: { 200: projectViewSchema, 304: z.undefined() } },
      },
      async (request, reply) => {
        const project = await store.read((tx) => existingProject(tx, request.params.name))
        const view = projectView(project)
        return isUnchanged(request, reply, etagOf(view)) ? reply.status(304).send() : view
      },
    )
  }
}
