import { spansOf, type Block, type Document, type Line } from '@sleepless/contracts'

import type { Printer, Span } from '../terminal/printer.ts'

/** Shows a report on a terminal. */
export function printDocument(printer: Printer, document: Document): void {
  for (const [index, block] of document.entries()) {
    if (index > 0) printer.line()
    printBlock(printer, block)
  }
}

function printBlock(printer: Printer, block: Block): void {
  switch (block.kind) {
    case 'heading':
      printer.line([block.text, 'bold'])
      return
    case 'paragraph':
      printer.line(...paintedOf(block.text))
      return
    case 'quote':
      for (const line of block.text.trim().split('\n')) printer.line(['│ ', 'dim'], line)
      return
    case 'list':
      for (const item of block.items) printer.line('- ', ...paintedOf(item))
      return
    case 'table':
      printer.table([
        block.head.map((text): Span => [text, 'dim']),
        ...block.rows.map((row) => row.map(cellOf)),
      ])
  }
}

function paintedOf(line: Line): readonly Span[] {
  return spansOf(line).map((span) => (typeof span === 'string' ? span : [span.code, 'cyan']))
}

function cellOf(line: Line): Span {
  return spansOf(line)
    .map((span) => (typeof span === 'string' ? span : span.code))
    .join('')
}
