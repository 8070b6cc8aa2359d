import type { SchedulerDeps } from './deps.ts'
import { startDispatching } from './dispatcher.ts'
import { startHousekeeping } from './housekeeper.ts'
import { startReconciling } from './reconciler.ts'

/** Starts everything that decides about time. It finds by itself what an earlier one left undone. */
export function createScheduler(deps: SchedulerDeps): Disposable {
  const resources = new DisposableStack()
  resources.use(startReconciling(deps))
  resources.use(startDispatching(deps))
  resources.use(startHousekeeping(deps))
  return resources
}
