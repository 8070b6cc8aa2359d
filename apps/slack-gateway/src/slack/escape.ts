const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const CHARACTERS: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }

const CUT = '…'
const MAX_NAME_LENGTH = 120

/**
 * Text as Slack shows it literally: without these three characters nothing in it is a mention or a
 * link. Cut, with `…` at its end, to `maxLength` characters as Slack counts them, entities whole.
 */
export function escapeText(text: string, maxLength: number): string {
  let escaped = ''
  let fits = ''
  for (const character of text) {
    escaped += ENTITIES[character] ?? printable(character)
    if (escaped.length > maxLength) return fits + CUT
    if (escaped.length <= maxLength - CUT.length) fits = escaped
  }
  return escaped
}

/** One line of at most `maxLength` characters. */
export function escapeLine(text: string, maxLength: number): string {
  return escapeText(text.replaceAll(/\s+/g, ' ').trim(), maxLength)
}

/** In the fixed-width font: a name, an id or the like. */
export function code(text: string): string {
  return `\`${escapeLine(text.replaceAll('`', "'"), MAX_NAME_LENGTH)}\``
}

/** What a person typed: Slack sends commands with the three characters escaped. */
export function unescapeText(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt);/g, (entity) => CHARACTERS[entity] ?? entity)
}

// Control characters, and halves of characters, are refused by Slack or break the layout.
function printable(character: string): string {
  return /[\p{Cc}\p{Cs}]/u.test(character) && !/[\n\t]/.test(character) ? ' ' : character
}
