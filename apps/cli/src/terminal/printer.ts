import type { Environment } from '@sleepless/runtime'
import { createColors } from 'picocolors'

import type { OutputStream } from '../cli-context.ts'
import { safeJson, safeLine, safeText } from './safe-text.ts'
import { textWidth, truncate } from './text-width.ts'

export type Paint = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** Text, made safe for the terminal when it is printed; then painted, where there is colour. */
export type Span = string | readonly [text: string, paint: Paint]

export interface Printer {
  readonly isTty: boolean
  readonly columns: number
  /** One line, whatever is in the spans. */
  line(...spans: readonly Span[]): void
  /** Text with line breaks of its own. */
  text(text: string): void
  /** Aligned on a terminal, with the last column cut to fit; separated by tabs elsewhere. */
  table(rows: readonly (readonly Span[])[]): void
  json(value: unknown): void
  /** The spans as one line of text. */
  render(spans: readonly Span[], columns?: number): string
}

const GAP = 2
const DEFAULT_COLUMNS = 80
const MIN_LAST_COLUMN = 20

export function createPrinter(stream: OutputStream, env: Environment): Printer {
  const isTty = stream.isTTY === true
  // Some terminals do not know their width, and say 0.
  const columns = stream.columns || DEFAULT_COLUMNS
  const colors = createColors(hasColor(isTty, env))

  const print = (line: string): void => {
    stream.write(`${line}\n`)
  }
  const paint = (text: string, span: Span): string =>
    typeof span === 'string' ? text : colors[span[1]](text)

  function render(spans: readonly Span[], limit = Number.POSITIVE_INFINITY): string {
    let left = limit
    return spans
      .map((span) => {
        const whole = spaced(textOf(span))
        const text = left > 0 ? truncate(whole, left) : ''
        // What was cut ends the line, even where a wide character left a column free.
        left = text === whole ? left - textWidth(text) : 0
        return text === '' ? '' : paint(text, span)
      })
      .join('')
  }

  function alignedRow(row: readonly Span[], widths: readonly number[]): string {
    const fixed = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP, 0)
    const room = Math.max(MIN_LAST_COLUMN, columns - fixed)
    return row
      .map((cell, index) => {
        const text = safeLine(textOf(cell))
        if (index === row.length - 1) return paint(truncate(text, room), cell)
        return paint(text, cell) + ' '.repeat((widths[index] ?? 0) - textWidth(text) + GAP)
      })
      .join('')
      .trimEnd()
  }

  function tabbedRow(row: readonly Span[]): string {
    return row.map((cell) => paint(safeLine(textOf(cell)), cell)).join('\t')
  }

  return {
    isTty,
    columns,
    render,
    line: (...spans) => print(render(spans)),
    text: (text) => print(safeText(text)),
    table(rows) {
      const widths = columnWidths(rows)
      for (const row of rows) {
        print(isTty ? alignedRow(row, widths) : tabbedRow(row))
      }
    },
    json: (value) => print(safeJson(value, 2)),
  }
}

function textOf(span: Span): string {
  return typeof span === 'string' ? span : span[0]
}

/** Like `safeLine`, but keeps the spaces at both ends: they stand between spans. */
function spaced(text: string): string {
  return safeText(text.replaceAll(/[\s]+/g, (space) => (/[^ ]/.test(space) ? ' ' : space)))
}

function columnWidths(rows: readonly (readonly Span[])[]): readonly number[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  return Array.from({ length: count }, (_, index) =>
    Math.max(...rows.map((row) => textWidth(safeLine(textOf(row[index] ?? ''))))),
  )
}

/** NO_COLOR counts before FORCE_COLOR, which counts before what the stream is. */
function hasColor(isTty: boolean, env: Environment): boolean {
  if (!isUnset(env['NO_COLOR'])) return false
  const forced = env['FORCE_COLOR']
  if (!isUnset(forced)) return forced !== '0' && forced !== 'false'
  return isTty && env['TERM'] !== 'dumb'
}

function isUnset(value: string | undefined): boolean {
  return value === undefined || value === ''
}
