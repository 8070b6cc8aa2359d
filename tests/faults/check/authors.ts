import type { Evidence, SeenAttempt } from './evidence.ts'

/**
 * Whose work the result of a task may be: that of the attempt that succeeded, or of the earlier one
 * whose agent had succeeded already, and with whose commit it went on; or in whose session its own
 * agent went on.
 */
export function authorsOf(
  { attempts, heard }: Pick<Evidence, 'attempts' | 'heard'>,
  taskId: string,
): readonly string[] {
  const winner = winnerOf(attempts, taskId)
  if (winner === undefined) return []
  const stored = heard.filter(
    (event) => event.taskId === taskId && event.type === 'attempt.checkpointed',
  )
  const { id, sessionId } = winner
  return [
    ...new Set([id, `att_${sessionId}`, ...stored.flatMap(({ attemptId }) => attemptId ?? [])]),
  ]
}

/** The attempt of a task that succeeded. */
export function winnerOf(
  attempts: readonly SeenAttempt[],
  taskId: string,
): SeenAttempt | undefined {
  return attempts.find((attempt) => attempt.taskId === taskId && attempt.status === 'succeeded')
}
