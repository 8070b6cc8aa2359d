import type { ApiClient, OutputEnd } from '@sleepless/contracts'

// Most of what a person wants to see of an end; more is asked for where lines are long.
const FIRST_BYTES = 64 * 1024
const MAX_BYTES = 64 * 1024 ** 2
const NEWLINE = 0x0a

/** The last lines of what a task has printed so far; a line that has not ended yet counts as one. */
export async function tailOutput(
  client: ApiClient,
  taskId: string,
  lines: number,
): Promise<OutputEnd> {
  for (let size = FIRST_BYTES; ; size *= 4) {
    const end = await client.outputEnd(taskId, size)
    const start = startOfLast(end.bytes, lines)
    const isWhole = end.fromByte === 0
    if (start !== undefined || isWhole || size >= MAX_BYTES) {
      const from = start ?? 0
      return { fromByte: end.fromByte + from, bytes: end.bytes.subarray(from) }
    }
  }
}

/** @returns undefined when there are fewer lines, or it cannot be told where the first of them begins. */
function startOfLast(bytes: Uint8Array, lines: number): number | undefined {
  if (lines === 0) return bytes.length
  // A newline at the end ends the last line, and begins no other.
  let at = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length
  for (let count = 0; count < lines; count += 1) {
    if (at <= 0) return undefined
    at = bytes.lastIndexOf(NEWLINE, at - 1)
    if (at === -1) return undefined
  }
  return at + 1
}
