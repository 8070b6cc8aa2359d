import type { AgentEvent } from '@sleepless/domain'

import type { Line } from './process/split-lines.ts'

const MAX_CHARACTERS = 120

export function indent(text: string, spaces: number): string {
  return `${text.replace(/\n$/, '')}\n`.replaceAll(/^(?=.)/gm, ' '.repeat(spaces))
}

/** The beginning of a text that fits, without half a character at its end. */
export function headOf(text: string, maxBytes: number): { text: string; cutBytes: number } {
  const totalBytes = Buffer.byteLength(text)
  if (totalBytes <= maxBytes) return { text, cutBytes: 0 }
  const head = new TextDecoder().decode(Buffer.from(text).subarray(0, maxBytes), { stream: true })
  return { text: head, cutBytes: totalBytes - Buffer.byteLength(head) }
}

/** One line of at most 120 characters. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 8 * MAX_CHARACTERS)
    .replaceAll(/\s+/g, ' ')
    .trim()
  // By code point, so that no character is cut in two.
  const characters = Array.from(line)
  if (characters.length <= MAX_CHARACTERS) return line
  return `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`
}

/** Something that could not be read as a message, as it came. */
export function renderRaw({ text, cutBytes }: Line): AgentEvent {
  const note = cutBytes === 0 ? '' : `[… ${cutBytes} bytes more of this line]\n`
  return { type: 'output', text: `${text}\n${note}` }
}
