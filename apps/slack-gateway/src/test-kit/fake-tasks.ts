import type { EventView, SubmitTaskBody, TaskView } from '@sleepless/contracts'
import { isFinal, type EventType } from '@sleepless/domain'

import type { TaskApi } from '../task-api.ts'
import type { FakeEventLog } from './fake-event-log.ts'
import { newTask, problem } from './fake-task.ts'

export interface FakeTasks extends Pick<TaskApi, 'submitTask' | 'task' | 'tasks' | 'cancelTask'> {
  readonly all: readonly TaskView[]
  readonly submit: (body: SubmitTaskBody) => TaskView
  /** Changes a task and says so by an event. */
  readonly change: (
    id: string,
    patch: Partial<TaskView>,
    type: EventType,
    data?: EventView['data'],
  ) => TaskView
}

/** The tasks of the api. There is no project `nowhere`. */
export function createFakeTasks(log: FakeEventLog): FakeTasks {
  const tasks = new Map<string, TaskView>()
  const keys = new Map<string, { readonly body: string; readonly id: string }>()

  function find(id: string): TaskView {
    const task = tasks.get(id)
    if (task === undefined) throw problem(404, 'TASK_NOT_FOUND', `there is no task ${id}`)
    return task
  }
  const submit: FakeTasks['submit'] = (body) => {
    if (body.project === 'nowhere') {
      throw problem(422, 'PROJECT_NOT_FOUND', 'there is no project named "nowhere"', 'project')
    }
    const task = newTask(body)
    tasks.set(task.id, task)
    log.append('task.submitted', task.id)
    return task
  }
  const change: FakeTasks['change'] = (id, patch, type, data) => {
    const task = { ...find(id), ...patch }
    tasks.set(id, task)
    log.append(type, id, data)
    return task
  }
  return {
    get all() {
      return [...tasks.values()]
    },
    submit,
    change,
    async submitTask(submitted, { idempotencyKey } = {}) {
      if (idempotencyKey === undefined) return submit(submitted)
      const body = JSON.stringify(submitted)
      const known = keys.get(idempotencyKey) ?? { body, id: submit(submitted).id }
      if (known.body !== body) throw problem(422, 'IDEMPOTENCY_KEY_REUSED', 'another body')
      keys.set(idempotencyKey, known)
      return find(known.id)
    },
    task: async (id) => find(id),
    async tasks({ status, limit = 50 } = {}) {
      const matching = [...tasks.values()].filter(
        (task) => status === undefined || task.status === status,
      )
      return { items: matching.toReversed().slice(0, limit), nextCursor: null }
    },
    async cancelTask(id) {
      const { status } = find(id)
      if (isFinal(status)) {
        throw problem(409, 'INVALID_TRANSITION', `a task that is ${status} cannot cancel`)
      }
      if (status !== 'running') return change(id, { status: 'canceled' }, 'task.canceled')
      const cancelRequestedAt = new Date().toISOString()
      return change(id, { cancelRequestedAt }, 'task.cancel-requested')
    },
  }
}
