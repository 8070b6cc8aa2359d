import type { WorkerClient } from '@sleepless/contracts'
import type { Executor, Queue, WorkerId, Workspaces } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

import type { WorkerTiming } from './timing.ts'

export interface WorkerDeps {
  readonly id: WorkerId
  readonly api: WorkerClient
  readonly queue: Queue
  readonly executor: Executor
  readonly workspaces: Workspaces
  readonly logger: Logger
  /** Where it differs from the usual. */
  readonly timing?: Partial<WorkerTiming>
}

/** What a worker tells of itself, apart from its agent. */
export interface WorkerTraits {
  /** For people: which machine, which process. */
  readonly name: string
  readonly concurrency: number
  readonly labels: readonly string[]
}
