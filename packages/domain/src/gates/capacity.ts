import { ableWorkers, choosePool } from '../facts.ts'
import { waitFor, type SharedGate } from './gate.ts'

/** Every slot of every worker that could run it is taken, or no such worker is there. */
export const capacity: SharedGate = (task, facts) => {
  if (choosePool(facts, task) !== undefined) return undefined
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
