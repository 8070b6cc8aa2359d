import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { Registry } from 'prom-client'

import { allowHosts } from './access/allowed-hosts.ts'
import { authenticate } from './access/authenticate.ts'
import { allowOrigins } from './access/cross-origin.ts'
import { createIdentifier } from './access/identify.ts'
import { countRequests } from './access/rate-limits.ts'
import { forWorkers, requireScope } from './access/route-scopes.ts'
import { answerBrokenRequest } from './broken-request.ts'
import { compressLists } from './compress-answers.ts'
import type { ApiDeps } from './deps.ts'
import { handleError, handleNotFound } from './error-handler.ts'
import { expectBodies } from './expect-body.ts'
import { asksForWebSocket } from './live/upgrades.ts'
import { metricRoutes } from './metrics/metric-routes.ts'
import { addProcessMetrics } from './metrics/process-metrics.ts'
import { countRequestsOf } from './metrics/request-metrics.ts'
import { addTaskMetrics } from './metrics/task-metrics.ts'
import { collectRoutes, specRoutes } from './openapi/open-api.ts'
import { requestIdOf, tellRequestId, tellStreams } from './request-id.ts'
import { allowanceRoutes } from './routes/allowances.ts'
import { artifactRoutes } from './routes/artifacts.ts'
import { attemptEffectRoutes } from './routes/attempt-effects.ts'
import { attemptFileRoutes } from './routes/attempt-files.ts'
import { attemptRoutes } from './routes/attempts.ts'
import { checkpointRoutes } from './routes/checkpoints.ts'
import { effectRoutes } from './routes/effects.ts'
import { healthRoutes } from './routes/health.ts'
import { liveRoutes } from './routes/live.ts'
import { loginLinkRoutes } from './routes/login-links.ts'
import { loginRoutes } from './routes/login.ts'
import { messageRoutes } from './routes/messages.ts'
import { newTokenRoutes } from './routes/new-tokens.ts'
import { operationRoutes } from './routes/operations.ts'
import { projectChangeRoutes } from './routes/project-changes.ts'
import { projectRoutes } from './routes/projects.ts'
import { serviceRoutes } from './routes/service.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { settingsRoutes } from './routes/settings.ts'
import { taskActionRoutes } from './routes/task-actions.ts'
import { taskFileRoutes } from './routes/task-files.ts'
import { taskHistoryRoutes } from './routes/task-history.ts'
import { taskRoutes } from './routes/tasks.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { trashRoutes } from './routes/trash.ts'
import { workerRoutes } from './routes/workers.ts'
import { plainSerializer } from './serializer.ts'
import { validatorCompiler } from './validator.ts'

const HEADERS = {
  // What is served here is data: a browser that is led to it has nothing to load and nothing to run.
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  // Only whoever ends TLS for the service knows whether all of its names can be held to it.
  strictTransportSecurity: false,
} as const

/** The HTTP surface, apart from the process that listens. */
export function buildApp(deps: ApiDeps): FastifyInstance {
  const { limits } = deps.http
  const app = createServer(deps)
  // Bodies are JSON; only some routes of workers take bytes.
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(deps.serializer ?? plainSerializer)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler(handleNotFound)
  app.addHook('onRoute', expectBodies(limits.bodyMs))

  const metrics = new Registry()
  countRequestsOf(app, metrics)
  addProcessMetrics(metrics)
  addTaskMetrics(metrics, deps)
  protect(app, deps)
  collectRoutes(app)
  const typed = app.withTypeProvider<ZodTypeProvider>()
  void typed.register(healthRoutes(deps))
  void typed.register(loginRoutes)
  void typed.register(specRoutes)
  void typed.register(metricRoutes(metrics))
  void typed.register(publicRoutes(deps), { prefix: '/v1' })
  void typed.register(workersRoutes(deps), { prefix: '/internal' })
  return app
}

function createServer(deps: ApiDeps): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = deps.logger
  const { limits, trustedProxies } = deps.http
  const app = fastify({
    loggerInstance,
    // One for each request would cost more than most requests, and say nothing that they need.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyBytes,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      maxHeaderSize: limits.headerBytes,
      // All others that ask for another protocol are answered in this one.
      shouldUpgradeCallback: asksForWebSocket,
    },
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    trustProxy: [...trustedProxies],
    requestIdHeader: false,
    genReqId: requestIdOf,
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
    clientErrorHandler: answerBrokenRequest,
  })
  app.server.maxConnections = limits.connections
  return app
}

function publicRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (v1) => {
    v1.addHook('onRoute', requireScope)
    v1.addHook('onRoute', compressLists)
    await v1.register(taskRoutes(deps))
    await v1.register(taskActionRoutes(deps))
    await v1.register(messageRoutes(deps))
    await v1.register(taskHistoryRoutes(deps))
    await v1.register(taskFileRoutes(deps))
    await v1.register(artifactRoutes(deps))
    await v1.register(liveRoutes(deps))
    await v1.register(projectRoutes(deps))
    await v1.register(serviceRoutes(deps))
    await v1.register(operationRoutes(deps))
    await v1.register(projectChangeRoutes(deps))
    await v1.register(settingsRoutes(deps))
    await v1.register(trashRoutes(deps))
    await v1.register(newTokenRoutes(deps))
    await v1.register(tokenRoutes(deps))
    await v1.register(loginLinkRoutes(deps))
    await v1.register(sessionRoutes(deps))
  }
}

function workersRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (internal) => {
    internal.addHook('onRoute', forWorkers)
    await internal.register(workerRoutes(deps))
    await internal.register(attemptRoutes(deps))
    await internal.register(allowanceRoutes(deps))
    await internal.register(attemptFileRoutes(deps))
    await internal.register(attemptEffectRoutes(deps))
    await internal.register(checkpointRoutes(deps))
    await internal.register(effectRoutes(deps))
  }
}

/** Who may ask at all, for what, and how often: settled before anything of a request is looked at. */
function protect(app: FastifyInstance, deps: ApiDeps): void {
  const { allowedHosts, rateLimits, corsOrigins } = deps.http
  app.decorateRequest('principal')
  void app.register(helmet, HEADERS)
  app.addHook('onRequest', tellRequestId)
  app.addHook('onRoute', tellStreams)
  app.addHook('onRequest', allowHosts(allowedHosts))
  allowOrigins(app, corsOrigins)
  void app.register(rateLimit, { global: false }).after(() => {
    const countRequest = countRequests(app, rateLimits)
    const identifier = createIdentifier(deps)
    app.addHook('onRequest', authenticate({ identifier, countRequest, rateLimits }))
  })
}
