import type { Check } from './evidence.ts'

const OVER = new Set(['failed', 'canceled', 'lost', 'interrupted'])

/**
 * What an attempt wrote, and no result holds, was not thrown away. A command without a project works
 * in a scratch folder, of which nothing was ever to be kept.
 */
export const keptWork: Check = ({ submissions, attempts, effects, kept }) => {
  const keeping = submissions.filter(
    ({ executor, isSerious }) => executor === 'claude' || isSerious,
  )
  const tasks = new Set(keeping.map(({ taskId }) => taskId))
  return attempts
    .filter(({ id, taskId, status }) => tasks.has(taskId) && OVER.has(status) && !kept.has(id))
    .filter(({ id }) => effects.some(({ attemptId, step }) => attemptId === id && step === 'wrote'))
    .map(({ id, status }) => ({
      kind: 'lost',
      message: `${id} is ${status}, and what it wrote is on no checkpoint`,
    }))
}
