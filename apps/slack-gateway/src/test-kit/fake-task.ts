import { randomUUID } from 'node:crypto'

import { ApiError, type SubmitTaskBody, type TaskView } from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'

export function problem(status: number, code: string, detail: string, field?: string): ApiError {
  const where = field === undefined ? {} : { field }
  return new ApiError({ type: 'about:blank', title: code, status, detail, code, ...where })
}

export function newTask(body: SubmitTaskBody): TaskView {
  return {
    id: taskId(`tsk_${uuidV7()}`),
    kind: body.project === undefined ? 'thought' : 'serious',
    project: body.project ?? null,
    prompt: body.prompt,
    status: 'queued',
    waitingFor: null,
    priority: 50,
    attempts: 0,
    executor: 'claude',
    labels: [],
    onDependencyFailure: 'fail',
    deadline: null,
    followUpOf: null,
    parent: null,
    model: null,
    timeoutMs: 3_600_000,
    budgetUsd: null,
    requester: body.requester ?? null,
    metadata: body.metadata ?? null,
    result: null,
    failure: null,
    cancelRequestedAt: null,
    messages: { received: 0, undelivered: 0 },
    createdAt: new Date().toISOString(),
    startedAt: null,
    finishedAt: null,
    trashedAt: null,
  }
}

export const success: Pick<TaskView, 'status' | 'result'> = {
  status: 'succeeded',
  result: {
    summary: 'All done.',
    commit: '0123456789abcdef0123456789abcdef01234567',
    branch: 'sleepless/fix',
    pullRequestUrl: null,
    costUsd: 0.1234,
    durationMs: 65_000,
    warnings: [],
  },
}

let lastUuid = 0
function uuidV7(): string {
  lastUuid += 1
  const [, rest = ''] = /^.{14}(.*)$/.exec(randomUUID()) ?? []
  return `${String(lastUuid).padStart(8, '0')}-0000-7${rest.slice(1)}`
}
