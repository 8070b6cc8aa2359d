import type { WorkerId } from '@sleepless/domain'

import { allowanceAnswer, type AllowanceView } from '../internal/allowance.ts'
import type { Transport } from './transport.ts'
import type { Held } from './worker-client.ts'

/** What running attempts may spend of the day's budget. */
export interface AllowanceCalls {
  /**
   * Asks to be allowed so much, from the attempt's start.
   *
   * @returns null when the day has no budget.
   */
  allowance(held: Held, neededMicroUsd: number): Promise<AllowanceView | null>
}

export function allowanceCalls(transport: Transport, workerId: WorkerId): AllowanceCalls {
  return {
    async allowance({ attemptId, fence }, neededMicroUsd) {
      const path = `/internal/attempts/${attemptId}/allowance`
      const json = { workerId, fence, neededMicroUsd }
      return (await transport.json(allowanceAnswer, path, { method: 'POST', json })).allowance
    },
  }
}
