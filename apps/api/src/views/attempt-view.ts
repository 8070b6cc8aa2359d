import type { AttemptView } from '@sleepless/contracts'
import type { Attempt } from '@sleepless/domain'

import { failureView, instant } from './task-view.ts'

export function attemptView(attempt: Attempt): AttemptView {
  return {
    id: attempt.id,
    number: attempt.number,
    status: attempt.status,
    workerId: attempt.workerId ?? null,
    sessionId: attempt.sessionId ?? null,
    startedAt: instant(attempt.startedAt),
    finishedAt: instant(attempt.finishedAt),
    costUsd: attempt.costMicroUsd / 1e6,
    failure: failureView(attempt.failure),
  }
}
