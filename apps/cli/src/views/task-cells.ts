import type { TaskView } from '@sleepless/contracts'

import type { Span } from '../terminal/printer.ts'
import { localTime, placeOf, statusSpan } from './task-text.ts'

/** A line of a list: for a person what fits, for a program all of the prompt. */
export function taskCells(task: TaskView, isTty: boolean): readonly Span[] {
  const { id, status, createdAt, failure, prompt } = task
  const about = failure === null ? prompt : `${failure.code} · ${prompt}`
  return [
    statusSpan(status),
    [id, 'bold'],
    placeOf(task),
    localTime(createdAt),
    isTty ? about : prompt,
  ]
}
