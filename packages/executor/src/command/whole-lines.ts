/**
 * Text in pieces that end where lines end, but for the last one. Bytes that are no UTF-8 come as
 * U+FFFD; of a line that is too long, a note takes the place of the rest. Holds one piece and the
 * beginning of a line.
 *
 * @param maxCharacters of a line.
 */
export async function* wholeLines(
  chunks: AsyncIterable<Buffer>,
  maxCharacters: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const lines = createLines(maxCharacters)
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true })
    for (let at = 0; at < text.length; at += maxCharacters) {
      const whole = lines.add(text.slice(at, at + maxCharacters))
      if (whole !== '') yield whole
    }
  }
  const last = lines.add(decoder.decode()) + lines.end()
  if (last !== '') yield last
}

interface Lines {
  /** @param piece no longer than a line may be. @returns what is whole now. */
  add(piece: string): string
  /** @returns what is left. */
  end(): string
}

function createLines(maxCharacters: number): Lines {
  /** The beginning of a line that has not ended. */
  let held = ''
  /** How much of a line that is too long was left out so far. */
  let cutCharacters = 0

  function note(more: number): string {
    const text = `[… ${cutCharacters + more} characters more of this line]\n`
    cutCharacters = 0
    return text
  }

  /** Of a line that is too long already. */
  function skip(piece: string): string {
    const end = piece.indexOf('\n')
    if (end !== -1) return note(end) + add(piece.slice(end + 1))
    cutCharacters += piece.length
    return ''
  }

  function add(piece: string): string {
    if (cutCharacters > 0) return skip(piece)
    const end = piece.indexOf('\n')
    const room = maxCharacters - held.length
    if ((end === -1 ? piece.length : end) > room) {
      const kept = `${(held + piece.slice(0, room)).toWellFormed()}\n`
      held = ''
      return kept + skip(piece.slice(room))
    }
    const last = piece.lastIndexOf('\n') + 1
    const whole = last === 0 ? '' : held + piece.slice(0, last)
    held = last === 0 ? held + piece : piece.slice(last)
    return whole
  }

  return {
    add,
    end: () => held + (cutCharacters > 0 ? note(0) : ''),
  }
}
