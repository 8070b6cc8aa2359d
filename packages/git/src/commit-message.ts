import type { AttemptId, TaskId } from '@sleepless/domain'

const MAX_SUBJECT_LENGTH = 72

export interface CommitMessage {
  readonly subject: string
  readonly body: string
  readonly taskId: TaskId
  readonly attemptId: AttemptId
}

const CONTROL = /(?![\n\t])\p{Cc}/gu

function firstLine(text: string): string {
  const line = text.replace(CONTROL, '').trim().split('\n', 1).join('').replaceAll('\t', ' ')
  // By code points: half of a surrogate pair is no character.
  return Array.from(line).slice(0, MAX_SUBJECT_LENGTH).join('').trimEnd()
}

/** A subject of at most 72 characters, paragraphs, and the trailers that lead back to the task. */
export function commitMessage({ subject, body, taskId, attemptId }: CommitMessage): string {
  const paragraphs = [
    firstLine(subject) || `Work on ${taskId}`,
    body.replace(/\r\n?/g, '\n').replace(CONTROL, '').trim(),
    `Task: ${taskId}\nAttempt: ${attemptId}`,
  ]
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`
}
