import type { WriteTx } from '@sleepless/domain'

import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'

export interface OutputSegment {
  readonly offset: number
  readonly lengthBytes: number
  /** As hex. */
  readonly sha256: string
}

/**
 * Logs that output was stored, once; the output itself lies in a file.
 *
 * @throws {LeaseLostError}
 */
export function recordOutput(
  tx: WriteTx,
  { clock }: EngineDeps,
  holder: Holder,
  { offset, lengthBytes, sha256 }: OutputSegment,
): void {
  const attempt = heldAttempt(tx, holder)
  const outputBytes = offset + lengthBytes
  if (outputBytes <= attempt.outputBytes) return
  tx.attempts.update(attempt, { outputBytes })
  tx.events.append({
    type: 'attempt.output',
    at: clock.now(),
    taskId: attempt.taskId,
    attemptId: attempt.id,
    data: { offset, length: lengthBytes, sha256 },
  })
}
