import type { AgentAvailability } from './agent.ts'

/** One worker that is online, as the gates see it. */
export interface WorkerFact {
  readonly concurrency: number
  /** Attempts that are running on it. */
  readonly busy: number
  readonly agent: AgentAvailability
}

/** What the gates may know besides the task itself. */
export interface Facts {
  readonly workers: readonly WorkerFact[]
  /** Orders that are on their way: each will take a slot of some worker. */
  readonly unclaimedOrders: number
}

/** How many more orders the workers could start at once; never negative. */
export function freeSlots({ workers, unclaimedOrders }: Facts): number {
  const slots = workers
    .filter((worker) => worker.agent.available)
    .reduce((sum, worker) => sum + Math.max(0, worker.concurrency - worker.busy), 0)
  return Math.max(0, slots - unclaimedOrders)
}
