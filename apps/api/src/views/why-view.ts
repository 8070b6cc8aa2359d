import type { WhyView } from '@sleepless/contracts'
import type { TaskStatus } from '@sleepless/domain'
import { MAX_PLACE, type Explanation } from '@sleepless/engine'

import { waitView } from './task-view.ts'

const ofStatus: Readonly<Record<Exclude<TaskStatus, 'queued'>, string>> = {
  running: 'It runs.',
  waiting: 'It waits for a person.',
  succeeded: 'It has succeeded.',
  failed: 'It has failed.',
  canceled: 'It was canceled.',
}

export function whyView(explanation: Explanation): WhyView {
  const { status, waitingFor, place, isNext, dependsOn } = explanation
  return {
    status,
    explanation: sentence(explanation),
    waitingFor: waitView(waitingFor),
    place: place ?? null,
    isNext,
    dependsOn: dependsOn.map((one) => ({
      id: one.id,
      status: one.status,
      isBlocking: one.outcome === undefined,
    })),
  }
}

function sentence({ status, waitingFor, isDispatched, place, isNext }: Explanation): string {
  if (status !== 'queued') return ofStatus[status]
  if (isDispatched) return 'An order for it is on its way to a worker.'
  if (isNext) return 'It is dispatched next.'
  if (waitingFor === undefined) return `More than ${MAX_PLACE} tasks go first.`
  return place === undefined || place === 1
    ? waitingFor.detail
    : `${waitingFor.detail} ${place - 1} ${place === 2 ? 'task goes' : 'tasks go'} first.`
}
