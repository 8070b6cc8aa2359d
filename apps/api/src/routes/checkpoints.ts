import { checkpointBody } from '@sleepless/contracts'
import type { AttemptCheckpoint } from '@sleepless/domain'
import { existingTask, heldAttempt, recordCheckpoint, resumeOf } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { resultKey } from '../output/result-key.ts'
import { ProblemError } from '../problems.ts'
import { checkpointOf } from '../views/checkpoint-view.ts'
import { byAttempt, holderOf } from './holder.ts'

const byHolder = z.strictObject({ workerId: z.string(), fence: z.coerce.number().int().positive() })

const byFile = byAttempt.extend({ file: z.enum(['bundle', 'transcript']) })

const fileNames = {
  bundle: (checkpoint: AttemptCheckpoint) =>
    checkpoint.stage === 'committed' ? 'commit.bundle' : checkpoint.bundle,
  transcript: ({ session }: AttemptCheckpoint) => session?.artifact,
}

/** Where attempts can be gone on with, should they not reach their end. */
export function checkpointRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine, results } = deps
  return async (app) => {
    app.put(
      '/attempts/:attempt/checkpoint',
      { schema: { params: byAttempt, body: checkpointBody } },
      async ({ params, body: { checkpoint, ...proof } }, reply) => {
        const holder = holderOf(params.attempt, proof)
        await store.write((tx) => recordCheckpoint(tx, engine, holder, checkpointOf(checkpoint)))
        return reply.status(204).send()
      },
    )

    app.get(
      '/attempts/:attempt/resume/:file',
      { schema: { params: byFile, querystring: byHolder } },
      async ({ params, query }, reply) => {
        const holder = holderOf(params.attempt, query)
        const key = await store.read((tx) => {
          const attempt = heldAttempt(tx, holder)
          const resume = resumeOf(tx, existingTask(tx, attempt.taskId), attempt.number)
          const name = resume && fileNames[params.file](resume.checkpoint)
          return name && resultKey({ id: resume.attemptId, taskId: resume.taskId }, name)
        })
        if (key === undefined || !(await results.has(key))) {
          throw new ProblemError(404, 'NO_SUCH_RESULT', `there is no ${params.file} to go on with`)
        }
        void reply.type('application/octet-stream')
        void reply.header('content-length', await results.sizeBytes(key))
        return reply.send(await results.read(key))
      },
    )
  }
}
