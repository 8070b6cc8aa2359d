import { authorsOf, winnerOf } from './authors.ts'
import type { Check, Evidence, SeenMessage, Submission, Violation } from './evidence.ts'

/** What was acknowledged is kept once, and reaches the agent that is said to have it. */
export const messages: Check = (evidence) =>
  evidence.submissions.flatMap((submission) => {
    const listed = evidence.messages.get(submission.taskId) ?? []
    return [
      ...keptOnce(submission, listed),
      ...deliveredTwice(evidence, submission),
      ...notGiven(evidence, submission, listed),
    ]
  })

function keptOnce(
  { told, taskId }: Submission,
  listed: readonly SeenMessage[],
): readonly Violation[] {
  return told.flatMap((text) => {
    const times = listed.filter((message) => message.text === text).length
    if (times === 1) return []
    const message = `${taskId}: "${text}" was acknowledged, and is there ${times} times`
    return [{ kind: times === 0 ? 'lost' : 'doubled', message }]
  })
}

function deliveredTwice({ heard }: Evidence, { taskId }: Submission): readonly Violation[] {
  const delivered = heard.filter(
    (event) => event.taskId === taskId && event.type === 'message.delivered',
  )
  return [...Map.groupBy(delivered, ({ data }) => data['number'])]
    .filter(([, events]) => events.length > 1)
    .map(([number, events]) => ({
      kind: 'doubled',
      message: `${taskId}: message ${String(number)} was delivered ${events.length} times`,
    }))
}

/** An agent that succeeded knew what it is said to have been given, and what there was when it began. */
function notGiven(
  evidence: Evidence,
  { taskId, token }: Submission,
  listed: readonly SeenMessage[],
): readonly Violation[] {
  const winner = winnerOf(evidence.attempts, taskId)
  // One that went on with another's commit has had no agent.
  if (winner === undefined || authorsOf(evidence, taskId).length > 1) return []
  const wasTold = evidence.effects.some(
    (line) => line.token === token && line.attemptId === winner.id && line.step === 'told',
  )
  if (wasTold) return []
  return listed
    .filter(
      ({ attemptId, number }) =>
        attemptId === winner.id || wasThereBefore(evidence, { taskId, number, attempt: winner.id }),
    )
    .map(({ number }) => ({
      kind: 'lost',
      message: `${taskId}: the agent of ${winner.id} was not given message ${number}`,
    }))
}

function wasThereBefore(
  { heard }: Evidence,
  given: { readonly taskId: string; readonly number: number; readonly attempt: string },
): boolean {
  const received = heard.find(
    ({ type, taskId, data }) =>
      type === 'message.received' && taskId === given.taskId && data['number'] === given.number,
  )
  const claimed = heard.find(
    ({ type, attemptId }) => type === 'attempt.claimed' && attemptId === given.attempt,
  )
  return received !== undefined && claimed !== undefined && received.id < claimed.id
}
