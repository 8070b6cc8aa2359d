import type { RouteOptions } from 'fastify'

import { buildApp } from '../build-app.ts'
import { DEFAULT_HTTP } from '../http-options.ts'
import { createLeaseTicks } from '../lease-ticks.ts'
import { createTurns } from '../output/turns.ts'
import { openControlPlane } from './control-plane.ts'

export interface RegisteredRoute {
  readonly method: string
  readonly url: string
  readonly schema: RouteOptions['schema']
  /** Takes bytes, and no JSON. */
  readonly isUpload: boolean
}

/** Every route of the service but `HEAD`, which each `GET` has, and what the pages of the spec load. */
export async function registeredRoutes(): Promise<readonly RegisteredRoute[]> {
  await using plane = await openControlPlane()
  const app = buildApp({
    ...plane,
    http: DEFAULT_HTTP,
    leaseTicks: createLeaseTicks(plane),
    outputTurns: createTurns(),
    stopping: new AbortController().signal,
  })
  const routes: RegisteredRoute[] = []
  app.addHook('onRoute', ({ method, url, schema, config }) => {
    if (url.startsWith('/docs/')) return
    for (const name of [method].flat()) {
      if (name !== 'HEAD') {
        routes.push({ method: name, url, schema, isUpload: config?.isUpload === true })
      }
    }
  })
  await app.ready()
  await app.close()
  return routes
}
