import { ApiError, type TaskView } from '@sleepless/contracts'
import { isFinal } from '@sleepless/domain'

import { code, unescapeText } from '../slack/escape.ts'
import type { TaskApi } from '../task-api.ts'
import { within } from '../wait.ts'
import type { Command, CommandDeps } from './command.ts'
import { isSilence, troubleText } from './trouble.ts'

export const CANCEL_USAGE = 'Which task? `/cancel <id>`; `/check` lists them.'

const CONFLICT = 409

/** `/cancel <id>` */
export async function cancel(deps: CommandDeps, { text, user }: Command): Promise<string> {
  const id = unescapeText(text).trim()
  if (id === '') return CANCEL_USAGE
  try {
    const task = await within(deps.ackMs, () => cancelOrFind(deps.api, id))
    deps.logger.info({ taskId: task.id, user, status: task.status }, 'cancel answered')
    return stateText(task)
  } catch (error) {
    if (isSilence(error)) {
      return `:warning: The Sleepless service did not answer in time: ${code(id)} may or may not be canceled. \`/check\` with the id says which.`
    }
    return troubleText(error)
  }
}

async function cancelOrFind(api: TaskApi, id: string): Promise<TaskView> {
  try {
    return await api.cancelTask(id)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== CONFLICT) throw error
    const task = await api.task(id)
    if (!isFinal(task.status)) throw error
    return task
  }
}

function stateText({ id, status, cancelRequestedAt }: TaskView): string {
  if (status === 'canceled') return `${code(id)} is canceled.`
  if (isFinal(status)) return `Nothing to cancel: ${code(id)} has ended already (${status}).`
  if (cancelRequestedAt === null) return `${code(id)} is ${status}.`
  return `${code(id)} is being canceled: its agent is being stopped.`
}
