import { describe, expect, test } from 'vitest'

import { safeTextStream } from './safe-text-stream.ts'
import { safeJson, safeLine, safeText } from './safe-text.ts'

describe('safeText', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a change of the title', '\u001b]0;owned\u0007text', 'text'],
    ['a clearing of the screen', '\u001b[2J\u001b[Htext', 'text'],
    ['a hidden link', '\u001b]8;;http://evil.example\u0007text\u001b]8;;\u0007', 'text'],
  ])('takes out %s', (_name, given, expected) => {
    expect(safeText(given)).toBe(expected)
  })

  test.each([
    ['a lone escape', 'a\u001b', 'a\\u001b'],
    ['a backspace', 'a\bb', 'a\\u0008b'],
    ['a carriage return that would overwrite the line', 'done\rfail', 'done\\u000dfail'],
    ['a C1 control', 'a\u0085b', 'a\\u0085b'],
    ['a bidi override', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
    ['a bidi isolate', 'a\u2066b', 'a\\u2066b'],
    ['an odd line separator', 'a\u2028b', 'a\\u2028b'],
  ])('shows %s', (_name, given, expected) => {
    expect(safeText(given)).toBe(expected)
  })

  test('leaves no sequence behind that taking one out would make', () => {
    expect(safeText('\u001b\u001b[31m[2Jtext')).not.toContain('\u001b')
  })

  test('keeps line breaks, tabs and every script', () => {
    expect(safeText('a\n\tb\r\nмир 世界 👋')).toBe('a\n\tb\nмир 世界 👋')
  })
})

test('safeLine makes one line of any text', () => {
  expect(safeLine('  a\n\n b\t\u001b[1mc\u001b[0m ')).toBe('a b c')
})

describe('safeJson', () => {
  test('escapes what a terminal would act on', () => {
    expect(safeJson({ text: '\u009b31m\u202e' })).toBe('{"text":"\\u009b31m\\u202e"}')
  })

  test('means the same as before', () => {
    const value = { text: 'a\u001b[31m\u202e\u2028\n世界' }
    expect(JSON.parse(safeJson(value, 2))).toEqual(value)
  })
})

describe('safeTextStream', () => {
  test('takes out a sequence that two chunks share', async () => {
    expect(await streamed('a\u001b[3', '1mred\u001b', '[0m')).toBe('ared')
  })

  test('puts a character together that two chunks share', async () => {
    const bytes = Buffer.from('世')
    expect(await streamed(bytes.subarray(0, 1), bytes.subarray(1))).toBe('世')
  })

  test('knows a line break that two chunks share', async () => {
    expect(await streamed('a\r', '\nb')).toBe('a\nb')
  })

  test('shows an escape that nothing follows', async () => {
    expect(await streamed('a\u001b')).toBe('a\\u001b')
  })

  test('does not wait for a sequence without end', async () => {
    const endless = `\u001b]0;${'x'.repeat(300)}`
    expect(await streamed(endless)).not.toContain('\u001b')
  })

  test('gives what it can at once', async () => {
    const stream = safeTextStream()
    const writer = stream.writable.getWriter()
    void writer.write(Buffer.from('at once'))
    expect((await stream.readable.getReader().read()).value).toBe('at once')
  })
})

async function streamed(...chunks: readonly (string | Uint8Array)[]): Promise<string> {
  const source = ReadableStream.from(chunks.map((chunk) => Buffer.from(chunk)))
  const parts: string[] = []
  for await (const part of source.pipeThrough(safeTextStream())) parts.push(part)
  return parts.join('')
}
