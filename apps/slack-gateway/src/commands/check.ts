import type { TaskView } from '@sleepless/contracts'
import { isFinal, type TaskStatus } from '@sleepless/domain'

import { code, escapeLine, unescapeText } from '../slack/escape.ts'
import { renderStatus, STATUS_LABELS, waitingText } from '../status/render.ts'
import type { TaskApi } from '../task-api.ts'
import { within } from '../wait.ts'
import type { Command, CommandDeps } from './command.ts'
import { troubleText } from './trouble.ts'

const NEWEST = 10
/** The largest page that the api gives: more than that is shown as `200+`. */
const COUNTED = 200
const OPEN_STATUSES = ['running', 'queued', 'waiting'] as const

/** `/check`: how much there is to do, and the newest tasks. `/check <id>`: one of them. */
export async function check(deps: CommandDeps, { text }: Command): Promise<string> {
  const id = unescapeText(text).trim()
  try {
    return await within(deps.ackMs, () =>
      id === '' ? overview(deps.api) : deps.api.task(id).then((task) => renderStatus(task).text),
    )
  } catch (error) {
    return troubleText(error)
  }
}

async function overview(api: TaskApi): Promise<string> {
  const [newest, ...counts] = await Promise.all([
    api.tasks({ limit: NEWEST }),
    ...OPEN_STATUSES.map((status) => count(api, status)),
  ])
  if (newest.items.length === 0) return 'There are no tasks yet. Give me one with `/think <text>`.'
  return [`*${counts.join(' · ')}*`, ...newest.items.map(line)].join('\n')
}

async function count(api: TaskApi, status: TaskStatus): Promise<string> {
  const { items, nextCursor } = await api.tasks({ status, limit: COUNTED })
  return `${items.length}${nextCursor === null ? '' : '+'} ${status}`
}

function line(task: TaskView): string {
  const { emoji, label } = STATUS_LABELS[task.status]
  const waiting = isFinal(task.status) ? undefined : waitingText(task)
  const state = waiting === undefined ? label : `${label} (${waiting})`
  return `${emoji} ${code(task.id)} ${state}: ${escapeLine(task.prompt, 80)}`
}
