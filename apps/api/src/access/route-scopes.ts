import type { onRouteHookHandler } from 'fastify'

/** @throws when a route does not say what a token needs for it. */
export const requireScope: onRouteHookHandler = ({ url, method, config }) => {
  if (config?.scope === undefined) throw new Error(`${String(method)} ${url} has no scope`)
}

/** What workers and other services of ours use. */
export const forWorkers: onRouteHookHandler = (route) => {
  route.config = { ...route.config, scope: 'worker' }
}
