/** Cuts bytes into lines as they come. */
export interface Lines {
  add(chunk: Buffer): void
  /** What follows the last end of a line is a line, too. */
  end(): void
}

/**
 * @param maxBytes longer lines are not kept.
 * @param onLine called with each line, and for a longer one with its length alone.
 */
export function createLines(
  maxBytes: number,
  onLine: (line: string | undefined, bytes: number) => void,
): Lines {
  let parts: Buffer[] = []
  let bytes = 0

  function take(part: Buffer): void {
    bytes += part.length
    if (bytes <= maxBytes) parts.push(part)
    else parts = []
  }

  function endLine(): void {
    onLine(bytes <= maxBytes ? Buffer.concat(parts).toString('utf8') : undefined, bytes)
    parts = []
    bytes = 0
  }

  return {
    add(chunk) {
      let from = 0
      for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', from)) {
        take(chunk.subarray(from, at))
        endLine()
        from = at + 1
      }
      if (from < chunk.length) take(chunk.subarray(from))
    },
    end: endLine,
  }
}
