import { ableWorkers, type Facts } from '../facts.ts'
import type { SharedTraits } from '../task.ts'
import { waitFor, type Wait } from './gate.ts'

/** Every slot of every worker that could run it is taken, or no such worker is there: which of them. */
export function noCapacity(task: SharedTraits, facts: Facts): Wait {
  if (facts.workers.length === 0) {
    return waitFor('capacity', 'No worker is connected. Start one with `sleepless worker`.')
  }
  if (ableWorkers(facts, task).length === 0) {
    return waitFor(
      'capacity',
      `No worker that is connected has the labels ${task.labels.join(', ')}.`,
    )
  }
  return waitFor('capacity', 'All workers are busy.')
}
