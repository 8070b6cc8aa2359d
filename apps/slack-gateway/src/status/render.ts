import type { types } from '@slack/bolt'
import type { TaskView } from '@sleepless/contracts'
import type { TaskStatus } from '@sleepless/domain'

import { code, escapeLine, escapeText } from '../slack/escape.ts'
import { originOf } from './origin.ts'
import { costText, durationText, instantText } from './quantities.ts'

/** What a status message says, for screens and for notifications. */
export interface StatusContent {
  readonly text: string
  readonly blocks: types.SectionBlock[]
}

export const STATUS_LABELS: Readonly<
  Record<TaskStatus, { readonly emoji: string; readonly label: string }>
> = {
  queued: { emoji: ':hourglass_flowing_sand:', label: 'Queued' },
  running: { emoji: ':gear:', label: 'Running' },
  waiting: { emoji: ':speech_balloon:', label: 'Waiting' },
  succeeded: { emoji: ':white_check_mark:', label: 'Succeeded' },
  failed: { emoji: ':x:', label: 'Failed' },
  canceled: { emoji: ':no_entry_sign:', label: 'Canceled' },
}

// A section takes 3,000 characters, and an edit 4,000 in all: these add up to less.
const MAX_PROMPT_LENGTH = 240
const MAX_BODY_LENGTH = 2200
const MAX_REMEDY_LENGTH = 500
const MAX_DETAIL_LENGTH = 300
const MAX_ACTION_LENGTH = 200
const MAX_WARNING_LENGTH = 150
const MAX_WARNINGS = 3
const MAX_ADDRESS_LENGTH = 300
const SHORT_COMMIT_LENGTH = 10

/** @param action what the agent did last. */
export function renderStatus(task: TaskView, action?: string): StatusContent {
  const parts = [
    head(task),
    `> ${escapeLine(task.prompt, MAX_PROMPT_LENGTH)}`,
    ...body(task, action),
  ]
  const sections = [parts.slice(0, 2).join('\n'), ...parts.slice(2)]
  return { text: sections.join('\n'), blocks: sections.map(section) }
}

/** @returns undefined when the task waits for nothing. */
export function waitingText({ waitingFor }: TaskView): string | undefined {
  if (waitingFor === null) return undefined
  const { reason, detail, until } = waitingFor
  const because = detail === '' ? reason : `${reason}: ${escapeLine(detail, MAX_DETAIL_LENGTH)}`
  return until === null ? because : `${because}, until ${instantText(until)}`
}

function head(task: TaskView): string {
  const { emoji, label } = STATUS_LABELS[task.status]
  const user = originOf(task)?.user
  const facts = [
    `${emoji} *${label}*`,
    code(task.id),
    task.project === null ? 'thought' : `project ${code(task.project)}`,
    ...(task.attempts > 1 ? [`attempt ${task.attempts}`] : []),
    ...(user === undefined ? [] : [`<@${user}>`]),
  ]
  return facts.join(' · ')
}

function body(task: TaskView, action: string | undefined): readonly string[] {
  switch (task.status) {
    case 'queued':
    case 'waiting': {
      const waiting = waitingText(task)
      return waiting === undefined ? [] : [`Waiting for ${waiting}`]
    }
    case 'running':
      return running(task, action)
    case 'succeeded':
      return succeeded(task)
    case 'failed':
      return failed(task)
    case 'canceled':
      return []
  }
}

function running({ cancelRequestedAt }: TaskView, action: string | undefined): readonly string[] {
  if (cancelRequestedAt !== null) return ['Being canceled: the agent is being stopped.']
  return action === undefined ? [] : [escapeLine(action, MAX_ACTION_LENGTH)]
}

function succeeded({ result }: TaskView): readonly string[] {
  if (result === null) return []
  const { summary, warnings } = result
  const shown = warnings.slice(0, MAX_WARNINGS).map((text) => escapeLine(text, MAX_WARNING_LENGTH))
  const facts = [
    commitText(result),
    ...pullRequestText(result.pullRequestUrl),
    costText(result.costUsd),
    durationText(result.durationMs),
  ]
  return [
    ...(summary.trim() === '' ? [] : [escapeText(summary.trim(), MAX_BODY_LENGTH)]),
    [facts.join(' · '), ...shown.map((warning) => `:warning: ${warning}`)].join('\n'),
  ]
}

function commitText({ commit, branch }: NonNullable<TaskView['result']>): string {
  if (commit === null) return 'no changes'
  const hash = `\`commit ${escapeText(commit.slice(0, SHORT_COMMIT_LENGTH), 40)}\``
  return branch === null ? hash : `${hash} on ${code(branch)}`
}

// An address from outside becomes a link only when it cannot break out of the link.
function pullRequestText(url: string | null): readonly string[] {
  const address = url?.replaceAll('&', '&amp;') ?? ''
  return /^https?:\/\/[^\s<>|]+$/.test(address) && address.length <= MAX_ADDRESS_LENGTH
    ? [`<${address}|pull request>`]
    : []
}

function failed({ failure }: TaskView): readonly string[] {
  if (failure === null) return []
  return [
    `${code(failure.code)} ${escapeText(failure.message.trim(), MAX_BODY_LENGTH)}`,
    ...(failure.remedy === ''
      ? []
      : [`*What to do:* ${escapeText(failure.remedy, MAX_REMEDY_LENGTH)}`]),
  ]
}

// Verbatim, because Slack otherwise makes mentions of words such as @here, whatever is escaped.
function section(text: string): types.SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}
