import type {
  AttemptView,
  EventView,
  MessageView,
  PauseView,
  ProjectView,
  ServiceHealthView,
  SettingsView,
  SubmitTaskBody,
  TaskView,
  TokenView,
  UsageView,
  WhyView,
} from '@sleepless/contracts'

import { makeEvent, wellService } from './fixtures.ts'

/** What the fake service knows. Tests change it; whoever listens hears of it. */
export interface FakeState {
  readonly tasks: Map<string, TaskView>
  readonly attempts: Map<string, readonly AttemptView[]>
  readonly messages: Map<string, readonly MessageView[]>
  readonly outputs: Map<string, Buffer>
  readonly projects: ProjectView[]
  readonly tokens: TokenView[]
  /** What tasks wait for, where it is more than their own `waitingFor`. */
  readonly whys: Map<string, Partial<WhyView>>
  pause: PauseView
  settings: SettingsView
  usage: UsageView | undefined
  health: ServiceHealthView
  /** Further answers, by method and path. */
  readonly canned: Map<string, unknown>
  readonly events: EventView[]
  /** Bodies of `POST /v1/tasks`. */
  readonly submissions: SubmitTaskBody[]
  /** Tasks by idempotency key. */
  readonly answers: Map<string, TaskView>
  /** Method and path of each request. */
  readonly requests: string[]
  put(task: TaskView): TaskView
  /** Changes the task and tells the streams. */
  change(id: string, fields: Partial<TaskView>, type: EventView['type']): void
  act(id: string, action: string): void
  print(id: string, output: string | Uint8Array): void
  onChange(listener: () => void): () => void
}

export function createFakeState(): FakeState {
  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  const state: FakeState = {
    tasks: new Map(),
    attempts: new Map(),
    messages: new Map(),
    outputs: new Map(),
    projects: [],
    tokens: [],
    whys: new Map(),
    pause: { paused: false, since: null, reason: null },
    settings: {
      dailyBudgetUsd: null,
      defaultTimeoutMs: null,
      defaultPriority: null,
      defaultModel: null,
      trashDays: null,
    },
    usage: undefined,
    health: wellService,
    canned: new Map(),
    events: [],
    submissions: [],
    answers: new Map(),
    requests: [],
    put(task) {
      state.tasks.set(task.id, task)
      return task
    },
    change(id, fields, type) {
      const task = state.tasks.get(id)
      if (task === undefined) throw new Error(`there is no task ${id}`)
      state.tasks.set(id, { ...task, ...fields })
      log(type, id)
    },
    act: (id, action) => log('attempt.acted', id, { action }),
    print(id, output) {
      const before = state.outputs.get(id) ?? Buffer.alloc(0)
      state.outputs.set(id, Buffer.concat([before, Buffer.from(output)]))
      changed()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  function log(type: EventView['type'], taskId: string, data: EventView['data'] = {}): void {
    state.events.push(makeEvent(state.events.length + 1, { type, taskId, data }))
    changed()
  }
  return state
}
