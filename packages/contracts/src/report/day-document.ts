import type { DayReport } from '../http/day-report.ts'
import type { Document, Line } from './document.ts'
import { plainLine, shortened } from './plain-text.ts'
import { countText, dollarsText, momentText } from './quantities.ts'

const MAX_ASKED = 100
const MAX_SHORT_COMMIT = 12

/** What became of a day's tasks, for people. */
export function dayDocument(report: DayReport): Document {
  const { day, timeZone, project, counts, succeeded, failed, open } = report
  const of = project === null ? '' : ` in ${project}`
  return [
    { kind: 'heading', level: 1, text: `Report of ${day}${of}` },
    { kind: 'paragraph', text: summaryLine(report) },
    ...section('Needs a person', open === null ? [] : openList(open.waiting)),
    ...section('Failed', failedList(failed)),
    ...section('Succeeded', succeededTable(succeeded, timeZone)),
    ...section('Running', open === null ? [] : openList(open.running)),
    ...section('Projects', project === null ? projectTable(report) : []),
    ...(counts.succeeded + counts.failed + counts.canceled === 0
      ? [{ kind: 'paragraph', text: 'Nothing ended on this day.' } as const]
      : []),
  ]
}

function summaryLine({ counts, money, timeZone }: DayReport): string {
  const ended = `${counts.succeeded} succeeded, ${counts.failed} failed, ${counts.canceled} canceled`
  const { spentUsd, limitUsd, leftUsd } = money
  const of = limitUsd === null ? '' : ` of ${dollarsText(limitUsd)}`
  const left = leftUsd === null ? '' : `, ${dollarsText(leftUsd)} left`
  return `${ended}. Spent ${dollarsText(spentUsd)}${of}${left}. Times are those of ${timeZone}.`
}

function section(title: string, blocks: Document): Document {
  return blocks.length === 0 ? [] : [{ kind: 'heading', level: 2, text: title }, ...blocks]
}

function titleOf({ asked }: { readonly asked: string }): string {
  return shortened(plainLine(asked), MAX_ASKED)
}

function placeOf({ project }: { readonly project: string | null }): string {
  return project ?? 'thought'
}

function more(count: number): Document {
  return count === 0 ? [] : [{ kind: 'paragraph', text: `and ${count.toLocaleString('en')} more` }]
}

function openList({ items, more: rest }: NonNullable<DayReport['open']>['running']): Document {
  if (items.length === 0) return []
  const lines = items.map((one): Line => [{ code: one.id }, ` (${placeOf(one)}): ${titleOf(one)}`])
  return [{ kind: 'list', items: lines }, ...more(rest)]
}

function failedList({ items, more: rest }: DayReport['failed']): Document {
  if (items.length === 0) return []
  const lines = items.map((one): Line => {
    const { code, message, remedy } = one.failure
    const what = ` (${placeOf(one)}): ${titleOf(one)} — `
    return [{ code: one.id }, what, { code }, `: ${sentence(message)} ${remedy}`]
  })
  return [{ kind: 'list', items: lines }, ...more(rest)]
}

function sentence(text: string): string {
  const line = shortened(plainLine(text), 2 * MAX_ASKED)
  return /[.!?…]$/.test(line) ? line : `${line}.`
}

function succeededTable({ items, more: rest }: DayReport['succeeded'], timeZone: string): Document {
  if (items.length === 0) return []
  const rows = items.map((one): readonly Line[] => [
    momentText(one.finishedAt, timeZone).slice(-5),
    placeOf(one),
    titleOf(one),
    one.commit === null ? '' : { code: one.commit.slice(0, MAX_SHORT_COMMIT) },
    dollarsText(one.costUsd),
    { code: one.id },
  ])
  const head = ['ended', 'project', 'asked', 'commit', 'cost', 'task']
  return [{ kind: 'table', head, rows }, ...more(rest)]
}

function projectTable({ projects }: DayReport): Document {
  if (projects.length === 0) return []
  const rows = projects.map((one) => [
    one.project ?? 'thoughts',
    countText(one.succeeded + one.failed + one.canceled, 'task'),
    String(one.succeeded),
    String(one.failed),
    String(one.canceled),
    dollarsText(one.costUsd),
  ])
  const head = ['project', 'ended', 'succeeded', 'failed', 'canceled', 'cost']
  return [{ kind: 'table', head, rows }]
}
