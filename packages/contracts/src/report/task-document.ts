import type { Changes, TaskReport } from '../http/task-report.ts'
import type { Block, Document, Line } from './document.ts'
import { plainLine, shortened } from './plain-text.ts'
import { countText, dollarsText, durationText, momentText } from './quantities.ts'

const MAX_TITLE = 80
const MAX_QUOTE = 4000
const MAX_CELL = 200
const MAX_SENTENCE = 1000
const MAX_ROWS = 50

/** What a task was asked, what came of it, and what that took, for people. Times are those of UTC. */
export function taskDocument(report: TaskReport): Document {
  const { asked, done, failure, warnings, changes } = report
  return [
    { kind: 'heading', level: 1, text: shortened(plainLine(asked), MAX_TITLE) },
    { kind: 'paragraph', text: outcomeLine(report) },
    ...section('What was asked', [quote(asked)]),
    ...section('What was done', [
      ...(done === null ? [] : [quote(done)]),
      ...listOf(whereabouts(report)),
      ...(changes === null ? [] : changeBlocks(changes)),
    ]),
    ...section(
      'Why it failed',
      failure === null
        ? []
        : [
            { kind: 'paragraph', text: [{ code: failure.code }, ': ', sentence(failure.message)] },
            remedyOf(failure),
          ],
    ),
    ...section('Warnings', listOf(warnings.slice(0, MAX_ROWS).map(sentence))),
    ...section('Time and money', timeAndMoney(report)),
    ...section('Attempts', attemptTable(report)),
    ...section('Messages', messageTable(report)),
  ]
}

function section(title: string, blocks: Document): Document {
  return blocks.length === 0 ? [] : [{ kind: 'heading', level: 2, text: title }, ...blocks]
}

/** A word or two, where there are others beside it. */
function cell(text: string): string {
  return shortened(plainLine(text), MAX_CELL)
}

function sentence(text: string): string {
  return shortened(plainLine(text), MAX_SENTENCE)
}

function quote(text: string): Block {
  const short = shortened(text, MAX_QUOTE)
  return { kind: 'quote', text: short }
}

function remedyOf({ remedy }: NonNullable<TaskReport['failure']>): Block {
  return { kind: 'paragraph', text: remedy }
}

function listOf(items: readonly Line[]): Document {
  return items.length === 0 ? [] : [{ kind: 'list', items }]
}

function outcomeLine({ id, status, project, requester, ...report }: TaskReport): Line {
  const { createdAt, finishedAt, waitingFor } = report
  const place = project === null ? 'thought' : `task of ${project}`
  const who = requester === null ? '' : `, asked by ${cell(requester)}`
  const when =
    finishedAt === null
      ? `, submitted ${momentText(createdAt, 'UTC')} UTC`
      : ` ${momentText(finishedAt, 'UTC')} UTC`
  const waits = waitingFor === null ? '' : `. ${waitingFor}`
  return [{ code: id }, `, a ${place}${who}: ${status}${when}${waits}`]
}

function whereabouts({ commit, branch, pullRequestUrl, done }: TaskReport): readonly Line[] {
  if (done !== null && commit === null) return ['Nothing was changed, so there is no commit.']
  return [
    ...(commit === null ? [] : [['Commit ', { code: commit }]]),
    ...(branch === null ? [] : [['Branch ', { code: cell(branch) }]]),
    ...(pullRequestUrl === null ? [] : [['Pull request ', { code: cell(pullRequestUrl) }]]),
  ]
}

function changeBlocks({ files, insertions, deletions, paths, more, whole }: Changes): Document {
  const atLeast = whole ? '' : 'At least '
  const sum = `${atLeast}${countText(files, 'file')} changed, +${insertions} −${deletions}`
  const rest = more === 0 ? [] : [`and ${more} more`]
  return [
    { kind: 'paragraph', text: sum },
    ...listOf([
      ...paths.map((one): Line => [
        { code: cell(one.path) },
        ` +${one.insertions} −${one.deletions}`,
      ]),
      ...rest,
    ]),
  ]
}

function timeAndMoney({ time, costUsd, models }: TaskReport): Document {
  const { waitingMs, runningMs } = time
  const took = `${durationText(runningMs)} of work after ${durationText(waitingMs)} of waiting`
  return [
    { kind: 'paragraph', text: `${took}; ${dollarsText(costUsd)}` },
    ...(models.length === 0
      ? []
      : [
          {
            kind: 'table',
            head: ['model', 'requests', 'tokens in', 'of them cached', 'tokens out', 'cost'],
            rows: models.map((one) => [
              { code: cell(one.model) },
              String(one.requests),
              String(one.inputTokens + one.cacheReadTokens + one.cacheWriteTokens),
              String(one.cacheReadTokens),
              String(one.outputTokens),
              dollarsText(one.costUsd),
            ]),
          } as const,
        ]),
  ]
}

function attemptTable({ attempts }: TaskReport): Document {
  if (attempts.length === 0) return []
  const rows = attempts
    .slice(-MAX_ROWS)
    .map((one) => [
      String(one.number),
      one.status,
      cell(one.worker ?? ''),
      one.claimedAt === null ? '' : momentText(one.claimedAt, 'UTC'),
      one.finishedAt === null ? '' : momentText(one.finishedAt, 'UTC'),
      dollarsText(one.costUsd),
      cell(one.why ?? ''),
    ])
  const head = ['attempt', 'status', 'worker', 'from', 'until', 'cost', 'why it ended']
  return [...earlier(attempts.length), { kind: 'table', head, rows }]
}

function messageTable({ messages }: TaskReport): Document {
  if (messages.length === 0) return []
  const rows = messages
    .slice(-MAX_ROWS)
    .map((one) => [
      String(one.number),
      momentText(one.receivedAt, 'UTC'),
      one.delivered ? 'yes' : 'no',
      cell(one.text),
    ])
  const head = ['message', 'received', 'heard', 'text']
  return [...earlier(messages.length), { kind: 'table', head, rows }]
}

function earlier(count: number): Document {
  if (count <= MAX_ROWS) return []
  return [{ kind: 'paragraph', text: `${count - MAX_ROWS} earlier ones are not shown.` }]
}
