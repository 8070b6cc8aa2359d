import { ableWorkers } from '../facts.ts'
import { isMetered } from '../metered.ts'
import { earliest } from '../opening.ts'
import { waitFor, type SharedGate } from './gate.ts'

/** The quota of the model account is used up, on every worker that could run it. */
export const quota: SharedGate = (task, facts, now) => {
  if (!isMetered(task.executor)) return undefined
  const able = ableWorkers(facts, task)
  const closed = able.flatMap(({ quotaResetsAt: at }) => (at !== undefined && at > now ? [at] : []))
  const first = earliest(closed)
  if (first === undefined || closed.length < able.length) return undefined
  const detail = 'The quota of the model account is used up; it goes on when that is reset.'
  return { ...waitFor('quota', detail), until: first }
}
