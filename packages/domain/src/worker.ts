import type { AgentAvailability } from './agent.ts'
import type { WorkerId } from './ids.ts'

/** What a worker's machine has too little of to start anything more. */
export interface Shortage {
  readonly resource: 'memory' | 'disk'
  readonly detail: string
}

export type WorkerStatus = 'online' | 'draining' | 'lost' | 'left'

export interface Worker {
  readonly id: WorkerId
  /** Host name and process id, for people. */
  readonly name: string
  readonly status: WorkerStatus
  /** How many attempts it runs at once. */
  readonly concurrency: number
  readonly labels: readonly string[]
  /** What each of its executors can do at present, by name. */
  readonly executors: Readonly<Record<string, AgentAvailability>>
  /** The queue that it takes orders from: see `poolOf`. */
  readonly pool: string
  readonly shortage: Shortage | undefined
  /** When somebody asked that it take nothing new; undefined: it may. */
  readonly drainRequestedAt: Date | undefined
  readonly joinedAt: Date
  readonly seenAt: Date
  /** On the lease clock, in its milliseconds: silent until then, it counts as lost. */
  readonly leaseExpiresTick: number
}
