import { spansOf, type Block, type Document, type Line, type Span } from './document.ts'
import { plainLine, plainText } from './plain-text.ts'

/** A report as GitHub-flavored Markdown. Whatever is in its texts, none of it is markup. */
export function toMarkdown(document: Document): string {
  return `${document.map(blockMarkdown).join('\n\n')}\n`
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escaped(plainLine(block.text))}`
    case 'paragraph':
      return atLineStart(lineMarkdown(block.text))
    case 'quote':
      return quoteMarkdown(block.text)
    case 'list':
      return block.items.map((item) => `- ${atLineStart(lineMarkdown(item))}`).join('\n')
    case 'table': {
      const row = (cells: readonly Line[]): string => `| ${cells.map(lineMarkdown).join(' | ')} |`
      const rule = `| ${block.head.map(() => '---').join(' | ')} |`
      return [row(block.head), rule, ...block.rows.map(row)].join('\n')
    }
  }
}

function lineMarkdown(line: Line): string {
  return spansOf(line).map(spanMarkdown).join('')
}

/** Most names need no escapes between backticks; others are text. */
const PLAIN_NAME = /^[\w./:@+-]+$/

function spanMarkdown(span: Span): string {
  if (typeof span === 'string') return escaped(spaced(span))
  return PLAIN_NAME.test(span.code) ? `\`${span.code}\`` : escaped(plainLine(span.code))
}

/** On one line; the spaces at its ends stand between it and its neighbours. */
function spaced(text: string): string {
  return plainText(text).replaceAll(/\s+/g, ' ')
}

/** Each line ends in a hard break, and keeps its indentation, which must not make code of it. */
function quoteMarkdown(text: string): string {
  const lines = plainText(text).trim().split('\n')
  return lines.map((line) => `> ${quotedLine(line)}`.trimEnd()).join('  \n')
}

function quotedLine(line: string): string {
  const text = line.trim()
  const indent = line.length - line.trimStart().length
  return '\u00a0'.repeat(text === '' ? 0 : indent) + atLineStart(escaped(text))
}

const MARKUP = /[\\`*[\]<|~]|&(?=[#a-z])|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/giu
// What becomes a link, or a mention, without any markup.
const LINKING = /:(?=\/\/)|@(?=[\p{L}\p{N}_-])|(?<=www)\./giu

function escaped(text: string): string {
  return text.replaceAll(MARKUP, String.raw`\$&`).replaceAll(LINKING, String.raw`\$&`)
}

/** Nothing there begins a heading, list, quote, rule or table. */
function atLineStart(text: string): string {
  return text.replace(/^(?=[-+>#=:])/, '\\').replace(/^(\d+)(?=[.)])/, '$1\\')
}
