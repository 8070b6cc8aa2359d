import { freeSlots } from '../facts.ts'
import type { Gate } from './gate.ts'

/** Every slot of every worker is taken, or no worker is there. */
export const capacity: Gate = (_task, facts) => {
  if (freeSlots(facts) > 0) return undefined
  const detail =
    facts.workers.length === 0
      ? 'No worker is connected. Start one with `sleepless worker`.'
      : 'All workers are busy.'
  return { kind: 'wait', reason: 'capacity', until: undefined, detail }
}
