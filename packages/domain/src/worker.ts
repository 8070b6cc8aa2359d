import type { AgentAvailability } from './agent.ts'
import type { WorkerId } from './ids.ts'

export type WorkerStatus = 'online' | 'draining' | 'lost' | 'left'

export interface Worker {
  readonly id: WorkerId
  /** Host name and process id, for people. */
  readonly name: string
  readonly status: WorkerStatus
  /** How many attempts it runs at once. */
  readonly concurrency: number
  readonly labels: readonly string[]
  readonly agent: AgentAvailability
  readonly joinedAt: Date
  readonly seenAt: Date
  /** On the lease clock, in its milliseconds: silent until then, it counts as lost. */
  readonly leaseExpiresTick: number
}
