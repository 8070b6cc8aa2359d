import type { Queue, Store } from '@sleepless/domain'
import type { EngineDeps } from '@sleepless/engine'
import type { Logger } from '@sleepless/runtime'

export interface SchedulerDeps {
  readonly store: Store
  readonly queue: Pick<Queue, 'publish' | 'withdraw' | 'onReconnect'>
  readonly engine: EngineDeps
  readonly logger: Logger
}
