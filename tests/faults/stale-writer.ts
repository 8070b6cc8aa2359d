import { createWorkerClient, ApiError } from '@sleepless/contracts'
import { attemptId as asAttemptId, workerId as asWorkerId } from '@sleepless/domain'

import type { Evidence, Violation } from './check/evidence.ts'
import { WORKER_TOKEN, type Stack } from './stack/stack.ts'

const MAX_PROBES = 2

/**
 * Plays a worker that wakes up too late: what it says of attempts that were lost must be refused.
 *
 * @returns what was accepted.
 */
export async function probeStaleWrites(
  { url }: Pick<Stack, 'url'>,
  { attempts, heard }: Evidence,
): Promise<readonly Violation[]> {
  const violations: Violation[] = []
  const lost = attempts.filter(({ status }) => status === 'lost' || status === 'interrupted')
  for (const { id, number, taskId } of lost.slice(0, MAX_PROBES)) {
    const claim = heard.find(
      ({ type, attemptId }) => type === 'attempt.claimed' && attemptId === id,
    )
    if (claim === undefined) continue
    const worker = createWorkerClient(asWorkerId(String(claim.data['workerId'])), {
      url,
      token: WORKER_TOKEN,
    })
    const held = { attemptId: asAttemptId(id), fence: number }
    const late = { kind: 'succeeded' as const, summary: 'too late', warnings: [] }
    const usage = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }
    try {
      await worker.finish(held, { outcome: late, usage })
      const message = `${taskId}: the result of ${id}, which was given up, was accepted`
      violations.push({ kind: 'doubled', message })
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) {
        violations.push({ kind: 'other', message: `a late result got ${String(error)}, not 409` })
      }
    }
  }
  return violations
}
