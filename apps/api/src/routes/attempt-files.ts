import { artifactQuery, ARTIFACT_NAMES, outputAnswer, outputQuery } from '@sleepless/contracts'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { receiveArtifact } from '../output/receive-artifact.ts'
import { receiveOutput } from '../output/receive-output.ts'
import { acceptOctetStreams } from '../plugins/octet-stream.ts'
import { byAttempt, holderOf } from './holder.ts'

const byArtifact = byAttempt.extend({ name: z.enum(ARTIFACT_NAMES) })

/** What attempts leave behind: output while they run, files before they end. */
export function attemptFileRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    acceptOctetStreams(app)

    app.put(
      '/attempts/:attempt/output',
      {
        config: { isUpload: true },
        schema: { params: byAttempt, querystring: outputQuery, response: { 200: outputAnswer } },
      },
      async ({ params, query, body }) => ({
        lengthBytes: await receiveOutput(deps, {
          holder: holderOf(params.attempt, query),
          offset: query.offset,
          body,
        }),
      }),
    )

    app.put(
      '/attempts/:attempt/artifacts/:name',
      {
        config: { isUpload: true },
        schema: { params: byArtifact, querystring: artifactQuery },
      },
      async ({ params, query, body }, reply) => {
        await receiveArtifact(deps, {
          holder: holderOf(params.attempt, query),
          name: params.name,
          sha256: query.sha256,
          body,
        })
        return reply.status(204).send()
      },
    )
  }
}
