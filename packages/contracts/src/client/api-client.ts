import type { EventType } from '@sleepless/domain'

import { artifactList, attemptList, type ArtifactList, type AttemptList } from '../http/attempt.ts'
import { eventList, type EventList, type EventView } from '../http/event.ts'
import {
  projectList,
  projectView,
  type CreateProjectBody,
  type ProjectList,
  type ProjectView,
} from '../http/project.ts'
import { pauseView, type PauseView } from '../http/service.ts'
import { taskView, type SubmitTaskBody, type TaskView } from '../http/task.ts'
import { usageView, type UsageView } from '../http/usage.ts'
import { whyView, type WhyView } from '../http/why.ts'
import {
  beginEffectBody,
  effectAnswer,
  type BeginEffectBody,
  type EffectAnswer,
} from '../internal/effect.ts'
import { accessCalls, type AccessCalls } from './access-calls.ts'
import { streamEvents, type EventStreamOptions } from './event-stream.ts'
import { followEvents, type FollowEventsOptions } from './follow-events.ts'
import { bodyOf } from './follow-output.ts'
import { messageCalls, type MessageCalls } from './message-calls.ts'
import { operationCalls, type OperationCalls } from './operation-calls.ts'
import { outputCalls, type OutputCalls } from './output-calls.ts'
import { reportCalls, type ReportCalls } from './report-calls.ts'
import { settingsCalls, type SettingsCalls } from './settings-calls.ts'
import { repeatable, type SubmitOptions } from './submit-options.ts'
import { taskListCalls, type TaskListCalls } from './task-list-calls.ts'
import { createTransport, type TransportOptions } from './transport.ts'
import { trashCalls, type TrashCalls } from './trash-calls.ts'

/** The HTTP surface for people and programs. Methods throw ApiError and ApiUnreachableError. */
export interface ApiClient
  extends
    MessageCalls,
    AccessCalls,
    OutputCalls,
    OperationCalls,
    TaskListCalls,
    ReportCalls,
    TrashCalls,
    SettingsCalls {
  submitTask(body: SubmitTaskBody, options?: SubmitOptions): Promise<TaskView>
  task(id: string): Promise<TaskView>
  attempts(taskId: string): Promise<AttemptList>
  artifacts(taskId: string): Promise<ArtifactList>
  artifact(taskId: string, name: string): Promise<ReadableStream<Uint8Array>>
  cancelTask(id: string): Promise<TaskView>
  /** Submits the same once more, as a follow-up of the task that has ended. */
  retryTask(id: string): Promise<TaskView>
  why(id: string): Promise<WhyView>
  /** What was spent, and what may be. */
  usage(query?: { readonly days?: number }): Promise<UsageView>
  pause(reason?: string): Promise<PauseView>
  resume(): Promise<PauseView>
  taskEvents(
    id: string,
    query?: {
      readonly types?: readonly EventType[]
      readonly limit?: number
      readonly cursor?: string
    },
  ): Promise<EventList>
  /** Over one connection. */
  events(options?: EventStreamOptions): AsyncGenerator<EventView, void, undefined>
  /** Over as many connections as it takes. */
  followEvents(options: FollowEventsOptions): AsyncGenerator<EventView, void, undefined>
  diff(id: string): Promise<string>
  createProject(body: CreateProjectBody): Promise<ProjectView>
  projects(query?: { readonly limit?: number; readonly cursor?: string }): Promise<ProjectList>
  beginEffect(body: BeginEffectBody): Promise<EffectAnswer>
  completeEffect(key: string, result: Readonly<Record<string, unknown>>): Promise<void>
  /** Whether the service answers and is ready for work. */
  ready(): Promise<boolean>
}

export function createApiClient(service: TransportOptions): ApiClient {
  const transport = createTransport(service)
  return {
    submitTask: (json, options = {}) =>
      transport.json(taskView, '/v1/tasks', { ...repeatable(options), json }),
    task: (id) => transport.json(taskView, task(id)),
    ...taskListCalls(transport),
    attempts: (id) => transport.json(attemptList, `${task(id)}/attempts`),
    artifacts: (id) => transport.json(artifactList, `${task(id)}/artifacts`),
    artifact: async (id, name) =>
      bodyOf(await transport.open(`${task(id)}/artifacts/${encodeURIComponent(name)}`)),
    cancelTask: (id) => transport.json(taskView, `${task(id)}/cancel`, { method: 'POST' }),
    ...messageCalls(transport),
    ...accessCalls(transport),
    ...operationCalls(transport),
    ...outputCalls(transport),
    ...reportCalls(transport),
    ...trashCalls(transport),
    ...settingsCalls(transport),
    retryTask: (id) => transport.json(taskView, `${task(id)}/retry`, { method: 'POST' }),
    why: (id) => transport.json(whyView, `${task(id)}/why`),
    usage: (query) => transport.json(usageView, '/v1/usage', { query: { ...query } }),
    pause: (reason) =>
      transport.json(pauseView, '/v1/pause', {
        method: 'POST',
        json: reason === undefined ? {} : { reason },
      }),
    resume: () => transport.json(pauseView, '/v1/resume', { method: 'POST' }),
    taskEvents: (id, { types, ...page } = {}) =>
      transport.json(eventList, `${task(id)}/events`, {
        query: { types: types?.join(','), ...page },
      }),
    events: (stream = {}) => streamEvents(transport, stream),
    followEvents: (options) => followEvents(transport, options),
    diff: (id) => transport.text(`${task(id)}/diff`),
    createProject: (json) => transport.json(projectView, '/v1/projects', { method: 'POST', json }),
    projects: (query) => transport.json(projectList, '/v1/projects', { query: { ...query } }),
    beginEffect: (json) =>
      transport.json(effectAnswer, '/internal/effects/begin', {
        method: 'POST',
        json: beginEffectBody.parse(json),
      }),
    async completeEffect(key, result) {
      await transport.send('/internal/effects/complete', {
        method: 'POST',
        json: { key, result },
      })
    },
    async ready() {
      await transport.send('/readyz')
      return true
    },
  }
}

function task(id: string): string {
  return `/v1/tasks/${encodeURIComponent(id)}`
}
