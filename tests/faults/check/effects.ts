import { authorsOf, winnerOf } from './authors.ts'
import type { Check, EffectLine, Evidence, Submission, Violation } from './evidence.ts'

const ONCE: ReadonlySet<EffectLine['step']> = new Set(['began', 'acted'])

/** An attempt runs its agent once, and a result is that of an agent that did its work. */
export const effects: Check = (evidence) =>
  evidence.submissions.flatMap((submission) => [
    ...startedTwice(evidence, submission),
    ...wrongAuthor(evidence, submission),
  ])

function startedTwice({ effects: lines }: Evidence, { token }: Submission): readonly Violation[] {
  const own = lines.filter((line) => line.token === token && ONCE.has(line.step))
  const counts = Map.groupBy(own, ({ attemptId, step }) => `${attemptId} ${step}`)
  return [...counts]
    .filter(([, times]) => times.length > 1)
    .map(([what, times]) => ({ kind: 'doubled', message: `${what} ${times.length} times` }))
}

function wrongAuthor(
  { effects: lines, attempts, heard, tasks }: Evidence,
  { token, taskId }: Submission,
): readonly Violation[] {
  const task = tasks.get(taskId)
  const winner = winnerOf(attempts, taskId)
  if (task?.status !== 'succeeded' || winner === undefined) return []
  const authors = authorsOf({ attempts, heard }, taskId)
  const named = /\batt_[0-9a-f-]{36}\b/.exec(task.summary ?? '')?.[0]
  if (named !== undefined && !authors.includes(named)) {
    const message = `${taskId}: ${winner.id} succeeded with the result of ${named}`
    return [{ kind: 'doubled', message }]
  }
  const hasActed = lines.some(
    (line) => line.token === token && line.step === 'acted' && authors.includes(line.attemptId),
  )
  if (hasActed) return []
  return [{ kind: 'lost', message: `${winner.id} succeeded, and its agent did nothing` }]
}
