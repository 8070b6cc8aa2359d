import type { OutputPiece } from '@sleepless/contracts'

/**
 * Bytes of UTF-8 as pieces of text that are cut between characters, with their places. What is no
 * UTF-8 becomes U+FFFD.
 *
 * @param from the place of the first byte.
 */
export async function* textPieces(
  chunks: AsyncIterable<Uint8Array>,
  from: number,
): AsyncGenerator<OutputPiece, void, undefined> {
  let rest = Buffer.alloc(0)
  let position = from
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const length = wholeCharacters(bytes)
    rest = bytes.subarray(length)
    if (length === 0) continue
    yield { from: position, to: position + length, text: bytes.toString('utf8', 0, length) }
    position += length
  }
  if (rest.length > 0)
    yield { from: position, to: position + rest.length, text: rest.toString('utf8') }
}

const LONGEST_CHARACTER = 4

/** How many bytes there are up to the last character that is there as a whole. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(LONGEST_CHARACTER, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    // It goes on what began before.
    if ((byte & 0b1100_0000) === 0b1000_0000) continue
    return lengthFrom(byte) > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/** Of the character that begins with this byte. */
function lengthFrom(byte: number): number {
  if (byte >= 0b1111_0000) return 4
  if (byte >= 0b1110_0000) return 3
  return byte >= 0b1100_0000 ? 2 : 1
}
