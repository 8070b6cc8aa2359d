import type { TaskView } from '@sleepless/contracts'

import { formatDuration } from '../terminal/duration.ts'
import type { Paint, Span } from '../terminal/printer.ts'

type Status = TaskView['status']

const paints: Readonly<Record<Status, Paint>> = {
  queued: 'yellow',
  running: 'cyan',
  waiting: 'yellow',
  succeeded: 'green',
  failed: 'red',
  canceled: 'dim',
}

export function statusSpan(status: Status): Span {
  return [status, paints[status]]
}

/** Such as `queued: All workers are busy.` or `running, attempt 2`. */
export function statusSpans(task: TaskView): readonly Span[] {
  const status = statusSpan(task.status)
  if (task.status === 'running') {
    const stopping = task.cancelRequestedAt === null ? '' : ', being canceled'
    return [status, task.attempts > 1 ? `, attempt ${task.attempts}${stopping}` : stopping]
  }
  return task.waitingFor === null ? [status] : [status, `: ${waitText(task.waitingFor)}`]
}

/** Why it waits, and until when if that is known. */
export function waitText({ reason, until, detail }: NonNullable<TaskView['waitingFor']>): string {
  const why = detail === '' ? reason : detail
  return until === null ? why : `${why.replace(/\.$/, '')}, until ${localTime(until)}`
}

/** How long it took, or has taken by `now`; undefined before its start. */
export function runDuration(task: TaskView, now: Date): string | undefined {
  if (task.startedAt === null) return undefined
  const end = task.finishedAt === null ? now : new Date(task.finishedAt)
  return formatDuration(end.getTime() - new Date(task.startedAt).getTime())
}

/** Where it works: its project, or that it is a thought. */
export function placeOf(task: TaskView): string {
  return task.project ?? 'thought'
}

/** Date and time as the clock on the wall shows them: `2026-01-31 22:00:00`. */
export function localTime(instant: string): string {
  const at = new Date(instant)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** Dollars, with more digits for less money. */
export function dollars(amountUsd: number): string {
  return `$${amountUsd.toFixed(amountUsd > 0 && amountUsd < 0.1 ? 4 : 2)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
