import { ableWorkers } from '../facts.ts'
import { failureReasons } from '../failures.ts'
import { hasLabels } from '../labels.ts'
import { waitFor, type SharedGate } from './gate.ts'

/** There are workers with the right labels, and none of them can run the executor. */
export const agentUnavailable: SharedGate = (task, facts) => {
  const { executor, labels } = task
  const labeled = facts.workers.filter((worker) => hasLabels(worker.labels, labels))
  if (labeled.length === 0 || ableWorkers(facts, task).length > 0) return undefined
  const known = labeled.flatMap((worker) => worker.executors[executor] ?? [])
  const [first] = known.filter((availability) => !availability.available)
  if (first === undefined) {
    return waitFor('agent-unavailable', `No worker is configured to run the executor ${executor}.`)
  }
  return waitFor('agent-unavailable', `${first.detail} ${failureReasons[first.code].remedy}`)
}
