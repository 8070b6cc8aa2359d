const ESCAPE_SEQUENCE =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/g
const LINE_BREAK = /\r\n|[\r\u0085\u2028\u2029]/g
// Control characters, what changes the direction of the text after it, and what nobody sees. The joiners
// of some scripts, and of emoji, stay.
const UNSEEN = /(?!\n)[\p{Cc}\p{Bidi_Control}\u00ad\u200b\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu

/** Text that is what it looks like: nothing in it steers a terminal, turns other text around or hides. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(LINE_BREAK, '\n')
    .replaceAll(ESCAPE_SEQUENCE, '')
    .replaceAll('\t', '    ')
    .replaceAll(UNSEEN, '')
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text).replaceAll(/\s+/g, ' ').trim()
}

/** At most so many characters, with an ellipsis where it was cut. */
export function shortened(text: string, maxCharacters: number): string {
  const characters = Array.from(text)
  if (characters.length <= maxCharacters) return text
  return `${characters.slice(0, maxCharacters - 1).join('')}…`
}
