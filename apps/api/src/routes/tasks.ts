import {
  submitTaskBody,
  taskList,
  taskListQuery,
  taskView as taskViewSchema,
} from '@sleepless/contracts'
import {
  ProjectNotFoundError,
  RelatedTaskNotFoundError,
  taskId,
  type TaskFilter,
} from '@sleepless/domain'
import { existingTask, submit, type Submission } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { writeFor } from '../access/write-for.ts'
import { cursorAfter, parseCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { isUnchanged, taskEtag } from '../etags.ts'
import { idempotencyOf } from '../idempotency-key.ts'
import { ProblemError } from '../problems.ts'
import { taskView, taskViews } from '../views/task-view.ts'
import { byTaskId } from './by-task-id.ts'

/** Tasks: submitting and looking. */
export function taskRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine } = deps
  return async (app) => {
    app.post(
      '/tasks',
      {
        config: { scope: 'submit' },
        schema: { body: submitTaskBody, response: { 201: taskViewSchema } },
      },
      async (request, reply) => {
        const idempotency = idempotencyOf(request)
        const submission = submissionOf(request.body)
        const written = writeFor(store, request, (tx) =>
          submit(tx, engine, submission, idempotency),
        )
        const task = await written.catch(asFieldProblem)
        // The facts are looked up once for all tasks of a commit, and not while it holds the lock.
        const view = await store.read((tx) => taskView(tx, task, engine.clock.now()))
        return reply.status(201).header('location', `/v1/tasks/${view.id}`).send(view)
      },
    )

    app.get(
      '/tasks',
      {
        config: { scope: 'read' },
        schema: { querystring: taskListQuery, response: { 200: taskList } },
      },
      async ({ query: { limit, cursor, ...query } }) => {
        const before = parseCursor(cursor, taskId)
        const filter = filterOf(query)
        return store.read((tx) => {
          const { tasks, next } = tx.tasks.page(filter, { limit, ...(before && { before }) })
          const nextCursor = next === undefined ? null : cursorAfter(next)
          return { items: taskViews(tx, tasks, engine.clock.now()), nextCursor }
        })
      },
    )

    app.get(
      '/tasks/:id',
      {
        config: { scope: 'read' },
        schema: { params: byTaskId, response: { 200: taskViewSchema, 304: z.undefined() } },
      },
      async (request, reply) => {
        const id = taskId(request.params.id)
        const view = await store.read((tx) => {
          const task = existingTask(tx, id)
          return isUnchanged(request, reply, taskEtag(task))
            ? undefined
            : taskView(tx, task, engine.clock.now())
        })
        return view ?? reply.status(304).send()
      },
    )
  }
}

/** A project that is not there is a wrong field of the task, and no missing page. */
function asFieldProblem(error: unknown): never {
  if (error instanceof ProjectNotFoundError) {
    throw new ProblemError(422, error.code, error.message, { field: 'project' })
  }
  if (error instanceof RelatedTaskNotFoundError) {
    throw new ProblemError(422, error.code, error.message, { field: error.field })
  }
  throw error
}

function submissionOf(body: z.output<typeof submitTaskBody>): Submission {
  const { notBefore, deadline, budgetUsd, dependsOn, followUpOf, parent, ...same } = body
  return {
    ...same,
    dependsOn: dependsOn?.map(taskId),
    followUpOf: followUpOf === undefined ? undefined : taskId(followUpOf),
    parent: parent === undefined ? undefined : taskId(parent),
    deadline: deadline === undefined ? undefined : new Date(deadline),
    notBefore: notBefore === undefined ? undefined : new Date(notBefore),
    budgetMicroUsd: budgetUsd === undefined ? undefined : Math.round(budgetUsd * 1e6),
  }
}

function filterOf(query: Omit<z.output<typeof taskListQuery>, 'limit' | 'cursor'>): TaskFilter {
  const { status, kind, project, parent, followUpOf, createdAfter, createdBefore, q } = query
  return {
    ...(status && { status }),
    ...(kind && { kind }),
    ...(project && { project }),
    ...(parent && { parent: taskId(parent) }),
    ...(followUpOf && { followUpOf: taskId(followUpOf) }),
    ...(createdAfter && { createdAfter: new Date(createdAfter) }),
    ...(createdBefore && { createdBefore: new Date(createdBefore) }),
    ...(q && { q }),
  }
}
