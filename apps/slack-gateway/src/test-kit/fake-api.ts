import type { ApiClient, EventView, TaskView } from '@sleepless/contracts'

import { createFakeEffects, type FakeEffects } from './fake-effects.ts'
import { createFakeEventLog } from './fake-event-log.ts'
import { createFakeTasks, type FakeTasks } from './fake-tasks.ts'
import { createFakeTroubles } from './fake-troubles.ts'

/** The api in memory: idempotency keys, the effect ledger and the event stream work as in the api. */
export interface FakeApi extends Pick<FakeTasks, 'change' | 'submit'> {
  readonly client: ApiClient
  readonly tasks: readonly TaskView[]
  readonly events: readonly EventView[]
  readonly effects: FakeEffects['rows']
  /** How often each method was called. */
  readonly calls: ReadonlyMap<string, number>
  /** While set, nobody reaches it. */
  setDown(isDown: boolean): void
  /** While set, tasks are accepted, but no answer to that arrives. */
  setSilent(isSilent: boolean): void
  /** Makes the next call of a method fail. */
  failNext(method: keyof ApiClient, error: Error): void
}

export function createFakeApi(): FakeApi {
  const log = createFakeEventLog()
  const tasks = createFakeTasks(log)
  const effects = createFakeEffects(log)
  const troubles = createFakeTroubles()
  let isSilent = false

  const reached =
    <Args extends readonly unknown[], Answer>(
      method: string,
      answer: (...args: Args) => Promise<Answer>,
    ) =>
    async (...args: Args): Promise<Answer> => {
      troubles.called(method)
      return answer(...args)
    }
  const client: ApiClient = {
    ...unusedMethods,
    submitTask: reached('submitTask', async (...args: Parameters<ApiClient['submitTask']>) => {
      const task = await tasks.submitTask(...args)
      if (isSilent) await new Promise(() => {})
      return task
    }),
    task: reached('task', tasks.task),
    tasks: reached('tasks', tasks.tasks),
    cancelTask: reached('cancelTask', tasks.cancelTask),
    beginEffect: reached('beginEffect', effects.beginEffect),
    completeEffect: reached('completeEffect', effects.completeEffect),
    async *events(options) {
      troubles.called('events')
      yield* log.stream(options)
    },
  }
  return {
    client,
    get tasks() {
      return tasks.all
    },
    events: log.events,
    effects: effects.rows,
    calls: troubles.calls,
    submit: tasks.submit,
    change: tasks.change,
    setDown(isDown) {
      troubles.setDown(isDown)
      if (isDown) log.cut()
    },
    setSilent(silent) {
      isSilent = silent
    },
    failNext: (method, error) => troubles.failNext(method, error),
  }
}

const unused = (): never => {
  throw new Error('the gateway does not call this')
}
const unusedMethods = {
  taskEvents: unused,
  sendMessage: unused,
  messages: unused,
  attempts: unused,
  artifacts: unused,
  artifact: unused,
  output: unused,
  diff: unused,
  createProject: unused,
  projects: unused,
  ready: unused,
  retryTask: unused,
  why: unused,
  usage: unused,
  pause: unused,
  resume: unused,
}
