import { taskList, type TaskList, type TaskListQuery } from '../http/task.ts'
import { createNodeExchange } from './node-exchange.ts'
import { createTransport, type Transport, type TransportOptions } from './transport.ts'

export interface TaskListCalls {
  tasks(query?: TaskListQuery): Promise<TaskList>
}

export function taskListCalls(transport: Transport): TaskListCalls {
  return {
    tasks: ({ status, ...query } = {}) =>
      transport.json(taskList, '/v1/tasks', {
        query: { ...query, status: status === undefined ? undefined : [status].flat().join(',') },
      }),
  }
}

/** Lists tasks and does nothing else, for whoever has to start fast: the whole client loads every schema there is. */
export function createTaskListClient(service: TransportOptions): TaskListCalls {
  const { exchange = createNodeExchange() } = service
  return taskListCalls(createTransport({ ...service, exchange }))
}
