import { shareOf } from '../facts.ts'
import { waitFor, type SharedGate } from './gate.ts'

/** As many tasks of its project run as the project allows at once. */
export const projectLimit: SharedGate = (task, { projects }) => {
  const { running = 0, concurrency } = projects[shareOf(task)] ?? {}
  if (concurrency === undefined || running < concurrency) return undefined
  return waitFor(
    'project-limit',
    `${running} tasks of the project run, and it allows ${concurrency} at once.`,
  )
}
