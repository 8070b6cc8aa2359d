import { Writable } from 'node:stream'

import { expect, test } from 'vitest'

import { createPrinter, type Printer } from './printer.ts'

interface Captured {
  readonly printer: Printer
  readonly text: () => string
}

function printerOn({ isTTY = true, columns = 40, env = {} } = {}): Captured {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      chunks.push(Buffer.from(chunk).toString('utf8'))
      done()
    },
  })
  return {
    printer: createPrinter(Object.assign(stream, { isTTY, columns }), env),
    text: () => chunks.join(''),
  }
}

test('paints on a terminal', () => {
  const { printer, text } = printerOn()
  printer.line('all ', ['well', 'green'])
  expect(text()).toBe('all \u001b[32mwell\u001b[39m\n')
})

test.each([
  ['through a pipe', { isTTY: false }],
  ['where NO_COLOR is set', { env: { NO_COLOR: '1' } }],
  ['on a dumb terminal', { env: { TERM: 'dumb' } }],
])('does not paint %s', (_name, options) => {
  const { printer, text } = printerOn(options)
  printer.line(['well', 'green'])
  expect(text()).toBe('well\n')
})

test.each([
  ['1', {}, '\u001b[32mwell\u001b[39m\n'],
  ['0', {}, 'well\n'],
  ['1', { NO_COLOR: '1' }, 'well\n'],
])('FORCE_COLOR=%s with %o through a pipe', (FORCE_COLOR, env, expected) => {
  const { printer, text } = printerOn({ isTTY: false, env: { FORCE_COLOR, ...env } })
  printer.table([[['well', 'green']]])
  expect(text()).toBe(expected)
})

test('FORCE_COLOR=0 switches colours off on a terminal', () => {
  const { printer, text } = printerOn({ env: { FORCE_COLOR: '0' } })
  printer.line(['well', 'green'])
  expect(text()).toBe('well\n')
})

test('takes no colours from the text', () => {
  const { printer, text } = printerOn()
  printer.line('\u001b[31mred\u001b[0m')
  expect(text()).toBe('red\n')
})

test('keeps a line one line', () => {
  const { printer, text } = printerOn()
  printer.line('a\nb', ' \r\n ', 'c')
  expect(text()).toBe('a b c\n')
})

test('cuts a line once, and paints nothing after the cut', () => {
  const { printer } = printerOn()
  const spans = [['abc', 'green'], 'defgh', ['ijk', 'red']] as const
  expect(printer.render(spans, 6)).toBe('\u001b[32mabc\u001b[39mde…')
})

test('aligns a table on a terminal, also with wide characters', () => {
  const { printer, text } = printerOn()
  printer.table([
    ['a', '世界', 'one'],
    ['bbb', 'x', 'two'],
  ])
  expect(text()).toBe('a    世界  one\nbbb  x     two\n')
})

test('cuts the last column of a table to the width of the terminal', () => {
  const { printer, text } = printerOn({ columns: 30 })
  printer.table([['id', 'x'.repeat(100)]])
  expect(text()).toBe(`id  ${'x'.repeat(25)}…\n`)
})

test('separates a table by tabs through a pipe, and cuts nothing', () => {
  const { printer, text } = printerOn({ isTTY: false })
  printer.table([['id', 'x'.repeat(100), 'a\tb\nc']])
  expect(text()).toBe(`id\t${'x'.repeat(100)}\ta b c\n`)
})
