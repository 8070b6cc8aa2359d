import type { Queue, Store } from '@sleepless/domain'
import type { EngineDeps } from '@sleepless/engine'
import type { Logger } from '@sleepless/runtime'

import type { LeadLocks } from './leading/lead-locks.ts'

export interface SchedulerDeps {
  readonly store: Store
  readonly queue: Pick<Queue, 'publish' | 'restore' | 'withdraw' | 'abandoned' | 'onReconnect'>
  readonly engine: EngineDeps
  readonly logger: Logger
  /** Absent: a leader that was killed is followed only when its lease has run out. */
  readonly leadLocks?: LeadLocks
}
