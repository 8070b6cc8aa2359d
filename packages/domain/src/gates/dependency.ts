import { waitFor, type Gate } from './gate.ts'

/** Tasks that it depends on have not ended. */
export const dependency: Gate = ({ blockers }) => {
  if (blockers === 0) return undefined
  return waitFor(
    'dependency',
    blockers === 1 ? 'It waits for another task to end.' : `It waits for ${blockers} tasks to end.`,
  )
}
