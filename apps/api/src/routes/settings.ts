import { changeSettingsBody, settingsView as settingsViewSchema } from '@sleepless/contracts'
import { changeSettings, readSettings } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'
import { assertMatches, etagOf, isUnchanged } from '../etags.ts'
import { cleared } from '../patch.ts'
import { settingsView } from '../views/settings-view.ts'

/** What the owner may change while the service runs. */
export function settingsRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/settings',
      {
        config: { scope: 'read' },
        schema: { response: { 200: settingsViewSchema, 304: z.undefined() } },
      },
      async (request, reply) => {
        const view = settingsView(await store.read(readSettings))
        return isUnchanged(request, reply, etagOf(view)) ? reply.status(304).send() : view
      },
    )

    app.patch(
      '/settings',
      {
        config: { scope: 'operate' },
        schema: { body: changeSettingsBody, response: { 200: settingsViewSchema } },
      },
      async (request, reply) => {
        const patch = cleared(request.body)
        const view = await writeFor(store, request, (tx) => {
          assertMatches(request, etagOf(settingsView(readSettings(tx))))
          return settingsView(changeSettings(tx, engine, patch))
        })
        return reply.header('etag', etagOf(view)).send(view)
      },
    )
  }
}
