import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyPluginAsync, onRouteHookHandler } from 'fastify'

import { completeSpec } from './complete-spec.ts'
import { nameComponents } from './components.ts'
import { describeRoute } from './describe-route.ts'
import { TAGS } from './operations.ts'

/** Collects the routes that are registered from now on. The spec is put together when it is first asked for. */
export function collectRoutes(app: FastifyInstance): void {
  nameComponents()
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sleepless',
        version: '1',
        description:
          'Works through coding tasks around the clock. `x-scope` says what a token needs: `any` is any token, `none` not even one.',
      },
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: describeRoute,
    transformObject: completeSpec,
  })
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token of the service.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'sleepless_session',
    description:
      'Of a browser that has signed in. What changes something needs the header `X-CSRF-Token` besides.',
  },
} as const

// What the pages load is served here, and they ask nobody else. Their library sets styles on elements.
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The spec, and pages to read it and to try it out. */
export const specRoutes: FastifyPluginAsync = async (app) => {
  let text: string | undefined

  app.get('/openapi.json', { config: { scope: 'read' } }, (_request, reply) => {
    text ??= JSON.stringify(app.swagger())
    return reply.type('application/json').send(text)
  })

  await app.register(async (docs) => {
    docs.addHook('onRoute', forReaders)
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: PAGE_POLICY,
      theme: { title: 'Sleepless' },
      uiConfig: { docExpansion: 'none', validatorUrl: null },
    })
  })
}

const forReaders: onRouteHookHandler = (route) => {
  route.config = { ...route.config, scope: 'read' }
}
