import { createScheduler as createShippedScheduler } from '@sleepless/scheduler'

import { wrapControl } from './wrappings.ts'

export * from '@sleepless/scheduler'

type Create = typeof createShippedScheduler

/** The shipped scheduler, on wrapped ports. */
export function createScheduler(...[deps, ...rest]: Parameters<Create>): ReturnType<Create> {
  return createShippedScheduler({ ...deps, ...wrapControl('scheduler', deps) }, ...rest)
}
