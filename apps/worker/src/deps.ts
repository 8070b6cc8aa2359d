import type { WorkerClient } from '@sleepless/contracts'
import type {
  Branches,
  Egress,
  ExecutorRegistry,
  Queue,
  WorkerId,
  Workspaces,
} from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

import type { LookAtMachine } from './machine/shortage-watch.ts'
import type { Patience } from './persist.ts'
import type { WorkerTiming } from './timing.ts'

export interface WorkerDeps {
  readonly id: WorkerId
  readonly api: WorkerClient
  readonly queue: Queue
  readonly executors: ExecutorRegistry
  readonly workspaces: Workspaces
  readonly branches: Branches
  /** Ways out of sandboxes, for tasks with projects; undefined: there are none. */
  readonly egress?: Egress | undefined
  /** One folder for all workers of a home: what they tell is kept there until it has arrived. */
  readonly journalPath: string
  /** Kills what dead workers have left running; attempts and sessions name their processes. */
  readonly killRemains?: (runIds: readonly string[]) => Promise<void>
  /** Aborted when there is no time to let attempts end by themselves. */
  readonly hurry?: AbortSignal | undefined
  readonly logger: Logger
  /** Default: at the memory that it may use, and the disk of the journals. */
  readonly look?: LookAtMachine
  /** Where it differs from the usual. */
  readonly timing?: Partial<WorkerTiming>
  /** Instead of the usual. */
  readonly patience?: Patience | undefined
}

/** What a worker tells of itself, apart from its agent. */
export interface WorkerTraits {
  /** For people: which machine, which process. */
  readonly name: string
  readonly concurrency: number
  readonly labels: readonly string[]
}
