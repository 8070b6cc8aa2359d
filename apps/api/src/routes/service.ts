import {
  failureReasonList,
  pauseBody,
  pauseView,
  serviceHealthView,
  type PauseView,
} from '@sleepless/contracts'
import { FAILURE_CODES, failureReasons, type Pause } from '@sleepless/domain'
import { pause, resume } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'
import { assertMatches, etagOf, isUnchanged } from '../etags.ts'
import { healthView } from '../views/health-view.ts'

const noFields = z.strictObject({}).nullish()

/** What holds for the service as a whole. */
export function serviceRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine } = deps
  return async (app) => {
    app.get(
      '/pause',
      {
        config: { scope: 'read' },
        schema: { response: { 200: pauseView, 304: z.undefined() } },
      },
      async (request, reply) => {
        const view = viewOf(await store.read((tx) => tx.facts().pause))
        return isUnchanged(request, reply, etagOf(view)) ? reply.status(304).send() : view
      },
    )

    app.post(
      '/pause',
      { config: { scope: 'operate' }, schema: { body: pauseBody, response: { 200: pauseView } } },
      (request) =>
        writeFor(store, request, (tx) => {
          assertMatches(request, etagOf(viewOf(tx.facts().pause)))
          return viewOf(pause(tx, engine, request.body?.reason))
        }),
    )

    app.post(
      '/resume',
      { config: { scope: 'operate' }, schema: { body: noFields, response: { 200: pauseView } } },
      (request) =>
        writeFor(store, request, (tx) => {
          assertMatches(request, etagOf(viewOf(tx.facts().pause)))
          resume(tx, engine)
          return viewOf(undefined)
        }),
    )

    app.get(
      '/health',
      { config: { scope: 'read' }, schema: { response: { 200: serviceHealthView } } },
      () => healthView(deps),
    )

    app.get(
      '/failures',
      { config: { scope: 'read' }, schema: { response: { 200: failureReasonList } } },
      async () => ({
        items: FAILURE_CODES.map((code) => ({ code, ...failureReasons[code] })),
        nextCursor: null,
      }),
    )
  }
}

function viewOf(paused: Pause | undefined): PauseView {
  return {
    paused: paused !== undefined,
    since: paused?.since.toISOString() ?? null,
    reason: paused?.reason ?? null,
  }
}
