import type { ClaimAnswer } from '@sleepless/contracts'
import type { CommitRequest } from '@sleepless/domain'

const MAX_BODY_LENGTH = 4000

/** What the commit of an attempt says and holds besides the agent's own files. */
export function commitRequest({ task, project }: ClaimAnswer, answer: string): CommitRequest {
  const [subject = ''] = task.prompt.trim().split('\n')
  const isThought = project === null
  return {
    subject,
    body: answer.slice(0, MAX_BODY_LENGTH),
    // What a thought is about is its answer, whether or not the agent wrote it to a file.
    files: isThought ? { 'answer.md': `${answer.trimEnd()}\n` } : {},
  }
}

const MAX_SUMMARY_LENGTH = 1000

/** The answer, short enough for lists. */
export function summaryOf(answer: string): string {
  const text = answer.trim()
  return text.length <= MAX_SUMMARY_LENGTH ? text : `${text.slice(0, MAX_SUMMARY_LENGTH)}…`
}
