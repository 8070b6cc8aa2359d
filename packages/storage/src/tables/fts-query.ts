// A letter or digit, and what follows of them.
const WORD = /[\p{L}\p{N}\p{Co}]+/gu
const MARKS = /\p{M}+/gu
/** Words beyond these narrow nothing down that a person would miss. */
const MAX_WORDS = 16
/** Lengths of beginnings that the index keeps. */
const [SHORT, LONG] = [3, 5]

/** The words of a text as the index holds them: without capitals and accents. */
export function wordsOf(text: string): readonly string[] {
  return text.normalize('NFKD').replaceAll(MARKS, '').toLowerCase().match(WORD) ?? []
}

/**
 * What people look for, as a query of the index: all words, in any order, the last one as a beginning if
 * it has three letters or more. Nothing of it is read as an operator. Undefined when there is no word.
 */
export function ftsQuery(q: string): string | undefined {
  const words = wordsOf(q).slice(0, MAX_WORDS)
  const last = words.at(-1)
  if (last === undefined) return undefined
  const before = words.slice(0, -1).map((word) => `"${word}" AND `)
  return `${before.join('')}${lastTerm(last)}`
}

function lastTerm(word: string): string {
  const letters = Array.from(word)
  if (letters.length < SHORT) return `"${word}"`
  return `"${letters.slice(0, letters.length < LONG ? SHORT : LONG).join('')}" *`
}

/** The last word, where the index knows only a part of it as a beginning. */
export function unindexedBeginning(q: string): string | undefined {
  const last = wordsOf(q).slice(0, MAX_WORDS).at(-1) ?? ''
  const { length } = Array.from(last)
  return length <= SHORT || length === LONG ? undefined : last
}
