import { createWorker as createShippedWorker } from '@sleepless/worker'

import { wrapWorker } from './wrappings.ts'

export * from '@sleepless/worker'

type Create = typeof createShippedWorker

/** The shipped worker, on wrapped ports. */
export function createWorker(...[deps, ...rest]: Parameters<Create>): ReturnType<Create> {
  return createShippedWorker({ ...deps, ...wrapWorker(deps) }, ...rest)
}
