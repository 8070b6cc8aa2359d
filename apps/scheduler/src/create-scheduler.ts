import type { SchedulerDeps } from './deps.ts'
import { startDispatching } from './dispatcher.ts'
import { createDoorbell } from './doorbell.ts'
import { startHousekeeping } from './housekeeper.ts'
import { startLeading } from './leading/leadership.ts'
import { startReconciling } from './reconciler.ts'
import { startSweeping } from './sweeper.ts'

/**
 * Starts everything that decides about time, as soon as no other scheduler does. It finds by itself
 * what an earlier one left undone. Disposal lets another follow at once.
 */
export function createScheduler(deps: SchedulerDeps): AsyncDisposable {
  return startLeading(deps, (store) => startDeciding({ ...deps, store }))
}

function startDeciding(deps: SchedulerDeps): Disposable {
  const resources = new DisposableStack()
  const doorbell = createDoorbell(deps)
  resources.use(startReconciling(deps, doorbell))
  resources.use(startDispatching(deps, doorbell))
  resources.use(startSweeping(deps))
  resources.use(startHousekeeping(deps))
  return resources
}
