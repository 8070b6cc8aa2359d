import { createTaskListClient, type TaskListCalls } from '@sleepless/contracts/task-list'
import type { Command } from 'commander'

import type { CliContext } from '../cli-context.ts'
import { locate } from './locate.ts'

/** Like `connect`, for lists of tasks alone: what people look at most often is there soonest. */
export async function connectForTasks(
  context: CliContext,
  command: Command,
): Promise<TaskListCalls> {
  const { home, env, service } = locate(context, command)
  if (service !== undefined) return createTaskListClient(service)
  const { offlineClient } = await import('./offline-client.ts')
  return offlineClient(home, env)
}
