import { stripVTControlCharacters } from 'node:util'

// Control characters but for \t and \n, what changes the direction of the text after it, and the
// line breaks that few know.
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/**
 * Text that cannot steer a terminal, nor pass for other text than it is: escape sequences are taken
 * out, and what else is not printable is shown as `\u001b`. Line breaks and tabs stay.
 */
export function safeText(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replaceAll(UNSAFE, escaped)
}

/** The same on one line: runs of white space become one space. */
export function safeLine(text: string): string {
  return safeText(text.replaceAll(/\s+/g, ' ').trim())
}

/** JSON that is as safe to look at as it is to parse: unsafe characters are escaped, not changed. */
export function safeJson(value: unknown, indent?: number): string {
  // JSON has no raw C0 characters but the line breaks of its own layout.
  return JSON.stringify(value, undefined, indent).replaceAll(UNSAFE, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
