const NEWLINE = 0x0a

export interface LineLimits {
  /** A longer line is cut. */
  readonly maxLineBytes: number
  /** How much of a line that is cut is kept. */
  readonly keptBytes: number
}

export interface Line {
  /** Without its newline. Bytes that are no UTF-8 come as U+FFFD. */
  readonly text: string
  /** How many bytes of it are missing at its end; 0 for a whole line. */
  readonly cutBytes: number
}

/**
 * Splits a stream into lines, with at most `maxLineBytes` and one chunk in memory. The last line
 * needs no newline. Empty lines are skipped.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  { maxLineBytes, keptBytes }: LineLimits,
): AsyncGenerator<Line, void, undefined> {
  let parts: Buffer[] = []
  let heldBytes = 0
  let lineBytes = 0

  const add = (part: Buffer): void => {
    lineBytes += part.length
    if (lineBytes <= maxLineBytes) {
      parts.push(part)
      heldBytes += part.length
    } else if (heldBytes !== keptBytes) {
      parts = [Buffer.concat([...parts, part]).subarray(0, keptBytes)]
      heldBytes = keptBytes
    }
  }
  const take = (): Line => {
    const line = { text: Buffer.concat(parts).toString('utf8'), cutBytes: lineBytes - heldBytes }
    parts = []
    heldBytes = 0
    lineBytes = 0
    return line
  }

  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end))
      start = end + 1
      if (lineBytes > 0) yield take()
    }
    if (start < chunk.length) add(chunk.subarray(start))
  }
  if (lineBytes > 0) yield take()
}
