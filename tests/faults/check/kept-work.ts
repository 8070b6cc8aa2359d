import type { Check, SeenAttempt } from './evidence.ts'

const OVER = new Set(['failed', 'canceled', 'lost', 'interrupted'])

/**
 * What an attempt wrote, and no result holds, was not thrown away; what an agent writes that goes on in
 * its session counts as its own, for the model cannot tell them apart. A command without a project works
 * in a scratch folder, of which nothing was ever to be kept.
 */
export const keptWork: Check = ({ submissions, attempts, effects, kept }) => {
  const keeping = submissions.filter(
    ({ executor, isSerious }) => executor === 'claude' || isSerious,
  )
  const tasks = new Set(keeping.map(({ taskId }) => taskId))
  const holds = ({ id, status }: SeenAttempt): boolean => status === 'succeeded' || kept.has(id)
  const wentOn = ({ id }: SeenAttempt): boolean =>
    attempts.some((other) => `att_${other.sessionId}` === id && holds(other))
  return attempts
    .filter(({ taskId, status }) => tasks.has(taskId) && OVER.has(status))
    .filter((attempt) => !holds(attempt) && !wentOn(attempt))
    .filter(({ id }) => effects.some(({ attemptId, step }) => attemptId === id && step === 'wrote'))
    .map(({ id, status }) => ({
      kind: 'lost',
      message: `${id} is ${status}, and what it wrote is on no checkpoint`,
    }))
}
