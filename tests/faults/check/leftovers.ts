import type { Check } from './evidence.ts'

/** No process of an attempt outlives it. */
export const leftovers: Check = ({ processes, attempts }) => {
  const running = new Set(attempts.filter(({ status }) => status === 'running').map(({ id }) => id))
  return processes
    .filter(({ attemptId }) => !running.has(attemptId))
    .map(({ pid, attemptId, command }) => ({
      kind: 'other',
      message: `process ${pid} of ${attemptId}, which is over, still runs: ${command}`,
    }))
}
