import type { EventView, TaskView } from '@sleepless/contracts'

import type { TaskApi } from '../task-api.ts'
import { createFakeEffects, type FakeEffects } from './fake-effects.ts'
import { createFakeEventLog } from './fake-event-log.ts'
import { createFakeTasks, type FakeTasks } from './fake-tasks.ts'
import { createFakeTroubles } from './fake-troubles.ts'

/** The api in memory: idempotency keys, the effect ledger and the event stream work as in the api. */
export interface FakeApi extends Pick<FakeTasks, 'change' | 'submit'> {
  readonly client: TaskApi
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
  failNext(method: keyof TaskApi, error: Error): void
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
  const client: TaskApi = {
    submitTask: reached('submitTask', async (...args: Parameters<TaskApi['submitTask']>) => {
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
