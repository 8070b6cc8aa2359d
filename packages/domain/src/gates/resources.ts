import { ableWorkers } from '../facts.ts'
import { waitFor, type SharedGate } from './gate.ts'

/** The machines of all workers that could run it are short of memory or disk. */
export const resources: SharedGate = (task, facts) => {
  const able = ableWorkers(facts, task)
  const [first] = able.flatMap(({ shortage }) => shortage ?? [])
  if (first === undefined || able.some(({ shortage }) => shortage === undefined)) return undefined
  return waitFor('resources', first.detail)
}
