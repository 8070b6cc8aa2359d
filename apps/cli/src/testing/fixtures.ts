import {
  attemptView,
  eventView,
  messageView,
  taskView,
  type AttemptView,
  type EventView,
  type MessageView,
  type ServiceHealthView,
  type TaskView,
} from '@sleepless/contracts'
import { uuidV7 } from '@sleepless/runtime'

/** What a service says of itself that lacks nothing. */
export const wellService: ServiceHealthView = {
  status: 'ok',
  reasons: [],
  database: { writable: true, sizeBytes: 4096 },
  queue: { reachable: true },
  workers: { online: 1, draining: 0 },
  paused: null,
  disk: { freeBytes: 2 ** 40, totalBytes: 2 ** 41 },
  scheduler: { name: 'host:1:a', term: 1, since: '2026-01-31T10:00:00.000Z' },
  events: { headId: 0, headHash: '0'.repeat(64), epoch: 'e' },
}

/** A thought that has just been submitted, unless `fields` say otherwise. */
export function makeTask(fields: Partial<TaskView> = {}): TaskView {
  return taskView.parse({
    id: `tsk_${uuidV7()}`,
    kind: 'thought',
    project: null,
    prompt: 'think about it',
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
    requester: null,
    metadata: null,
    result: null,
    failure: null,
    cancelRequestedAt: null,
    messages: { received: 0, undelivered: 0 },
    createdAt: '2026-01-31T10:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    trashedAt: null,
    ...fields,
  })
}

export const succeeded = {
  status: 'succeeded',
  attempts: 1,
  startedAt: '2026-01-31T10:00:01.000Z',
  finishedAt: '2026-01-31T10:00:43.000Z',
  result: {
    summary: 'It is 42.',
    commit: '0123456789abcdef0123456789abcdef01234567',
    branch: null,
    pullRequestUrl: null,
    costUsd: 0.25,
    durationMs: 42_000,
    warnings: [],
  },
} as const satisfies Partial<TaskView>

export const failed = {
  status: 'failed',
  attempts: 1,
  startedAt: '2026-01-31T10:00:01.000Z',
  finishedAt: '2026-01-31T10:00:05.000Z',
  failure: {
    code: 'AGENT_CRASHED',
    message: 'The agent ended with exit code 134.',
    remedy: 'Read the end of the output.',
  },
} as const satisfies Partial<TaskView>

export function makeAttempt(fields: Partial<AttemptView> = {}): AttemptView {
  return attemptView.parse({
    id: `att_${uuidV7()}`,
    number: 1,
    status: 'running',
    workerId: null,
    sessionId: null,
    startedAt: '2026-01-31T10:00:01.000Z',
    finishedAt: null,
    costUsd: 0,
    failure: null,
    ...fields,
  })
}

export function makeEvent(
  id: number,
  fields: Pick<EventView, 'type'> & Partial<EventView>,
): EventView {
  return eventView.parse({
    id,
    at: '2026-01-31T10:00:00.000Z',
    taskId: null,
    attemptId: null,
    data: {},
    ...fields,
  })
}

export function makeMessage(fields: Partial<MessageView>): MessageView {
  return messageView.parse({
    number: 1,
    text: 'Use tabs.',
    receivedAt: '2026-01-31T10:00:00.000Z',
    deliveredAt: null,
    attemptId: null,
    ...fields,
  })
}
