import { attemptIdField } from '@sleepless/contracts'
import { attemptId, workerId } from '@sleepless/domain'
import type { Holder } from '@sleepless/engine'
import { z } from 'zod'

export const byAttempt = z.object({ attempt: attemptIdField })

export function holderOf(attempt: string, proof: { workerId: string; fence: number }): Holder {
  return {
    attemptId: attemptId(attempt),
    workerId: workerId(proof.workerId),
    fence: proof.fence,
  }
}
