import * as fc from 'fast-check'
import { Lexer, type Token } from 'marked'
import { describe, expect, test } from 'vitest'

import { dayReportFixture, emptyDayFixture, taskReportFixture } from '../fixtures/reports.ts'
import { dayReportView } from '../http/day-report.ts'
import { taskReportView, type TaskReport } from '../http/task-report.ts'
import { dayDocument } from './day-document.ts'
import { toMarkdown } from './markdown.ts'
import { taskDocument } from './task-document.ts'

test.each([
  [
    'a task that succeeded',
    'task-succeeded',
    taskDocument(taskReportView.parse(taskReportFixture)),
  ],
  [
    'a task that failed',
    'task-failed',
    taskDocument({
      ...taskReportFixture,
      status: 'failed',
      project: null,
      requester: null,
      done: null,
      commit: null,
      branch: null,
      changes: null,
      failure: { code: 'TIMED_OUT', message: 'It took 60 min.', remedy: 'Split the task.' },
      models: [],
      messages: [],
      warnings: [],
    }),
  ],
  [
    'a task that waits',
    'task-queued',
    taskDocument({
      ...taskReportFixture,
      status: 'queued',
      startedAt: null,
      finishedAt: null,
      done: null,
      commit: null,
      branch: null,
      changes: null,
      waitingFor: 'All workers are busy.',
      costUsd: 0,
      models: [],
      time: { waitingMs: 7_260_000, runningMs: 0 },
      attempts: [],
      messages: [],
      warnings: [],
    }),
  ],
  ['a day', 'day', dayDocument(dayReportView.parse(dayReportFixture))],
  ['a day of one project on which nothing ended', 'day-empty', dayDocument(emptyDayFixture)],
])('the report of %s', async (_what, name, document) => {
  await expect(toMarkdown(document)).toMatchFileSnapshot(`../fixtures/golden/${name}.golden`)
})

/** The kinds of what a reader of the Markdown sees, in its order, without text and its escapes. */
function shapeOf(markdown: string): string {
  const shape = (tokens: readonly Token[]): unknown[] =>
    tokens.flatMap((token): unknown[] => {
      if (['text', 'escape', 'space', 'br'].includes(token.type)) {
        return 'tokens' in token && token.tokens !== undefined ? shape(token.tokens) : []
      }
      if (token.type === 'table') {
        const rows = [token['header'], ...token['rows']] as { tokens: Token[] }[][]
        return [['table', rows.map((row) => row.map((cell) => shape(cell.tokens)))]]
      }
      if (token.type === 'list') {
        return [['list', (token['items'] as Token[]).map((item) => shape(tokensOf(item)))]]
      }
      // Where a quote has an empty line, a paragraph ends.
      if (token.type === 'blockquote') return [['quote', ...new Set(shape(tokensOf(token)))]]
      if (token.type === 'paragraph') return shape(tokensOf(token))
      return [[token.type, ...shape(tokensOf(token))]]
    })
  return JSON.stringify(shape(new Lexer({ gfm: true }).lex(markdown)))
}

function tokensOf(token: Token): readonly Token[] {
  return 'tokens' in token ? (token.tokens ?? []) : []
}

/** The report with this text in every place where agents and users write. */
function saying(text: string): TaskReport {
  const [change] = taskReportFixture.changes?.paths ?? []
  return {
    ...taskReportFixture,
    requester: text,
    asked: text,
    done: text,
    warnings: [text],
    attempts: taskReportFixture.attempts.map((one) => ({ ...one, worker: text, why: text })),
    messages: taskReportFixture.messages.map((one) => ({ ...one, text })),
    models: taskReportFixture.models.map((one) => ({ ...one, model: text })),
    failure: { code: 'AGENT_CRASHED', message: text, remedy: 'Try again.' },
    changes:
      taskReportFixture.changes === null || change === undefined
        ? null
        : { ...taskReportFixture.changes, paths: [{ ...change, path: text }] },
  }
}

const HARMLESS = shapeOf(toMarkdown(taskDocument(saying('ä ö'))))
const STEERING = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u

const pieces = [
  '# heading', '## x\n', '\n', '\n\n', '    code', '\t', '```\n', '~~~\n', '`', '``', '|', '\\', '\\|', '||',
  '---', '\n---\n', '===', '\n===\n', '***', '* * *', '- item', '+ item', '1. item', '7) item', '> quote',
  '[link](http://evil.example)', '![image](x)', '[^1]', '[x]: http://evil.example', '<b>', '</td>', '<!--',
  '<script>alert(1)</script>', '<http://evil.example>', 'http://evil.example', 'https://a.b/?c=d&e',
  'www.evil.example', 'me@evil.example', 'ftp://evil.example', '@everyone', '&lt;', '&#124;', '&amp;',
  '**bold**', '_it_', '__b__', 'a_b', '~~gone~~', ':-:', '|---|', '| a |\n|---|', '\u001b[31m', '\u001b]8;;http://x\u0007',
  '\u202e', '\u2066', '\u200b', '\u2028', '\u0085', '\r', '\r\n', '\u0000', '\ud800', 'ä', ' ', '.', '!', '$',
] // prettier-ignore

const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 5 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => `ä${parts.join('')}ä`)

describe('text of agents and users', () => {
  test('stays in its place, whatever it is, and steers nothing', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markdown = toMarkdown(taskDocument(saying(text)))
        expect(shapeOf(markdown)).toBe(HARMLESS)
        expect(markdown).not.toMatch(STEERING)
      }),
      { numRuns: 500 },
    )
  })

  test.each(pieces)('such as %j at the beginning of a line', (piece) => {
    const markdown = toMarkdown(taskDocument(saying(`${piece}\n${piece} ä`)))
    expect(shapeOf(markdown)).toBe(HARMLESS)
  })

  test('is cut where it is long', () => {
    const markdown = toMarkdown(taskDocument(saying('word '.repeat(20_000))))
    expect(markdown.length).toBeLessThan(20_000)
    expect(markdown).toContain('…')
  })
})
