/** The end of a text that comes in pieces. */
export interface TextTail {
  add(text: string): void
  /** At most as many characters as were asked for, without white space at its end. */
  readonly text: string
  /** Whether there was more than `text` holds. */
  readonly isCut: boolean
}

export function createTextTail(maxCharacters: number): TextTail {
  let tail = ''
  let isCut = false
  return {
    add(text) {
      const all = tail + text
      isCut ||= all.length > maxCharacters
      tail = all.slice(-maxCharacters)
    },
    get text() {
      return tail.toWellFormed().trimEnd()
    },
    get isCut() {
      return isCut
    },
  }
}
