import type { ApiDeps } from '../deps.ts'
import { readOutput, type TaskOutput } from './task-output.ts'

const NEWLINE = 0x0a
// What lines of agents rarely exceed, and how much more is looked at when they do.
const LINE_BYTES = 256
const GROWTH = 8

/**
 * Where the last lines of an output begin, in bytes. A last line that does not end yet counts as one.
 *
 * @param lines at least 1.
 */
export async function tailStart(
  deps: Pick<ApiDeps, 'spool' | 'results'>,
  output: TaskOutput,
  lines: number,
): Promise<number> {
  const { lengthBytes } = output
  for (let windowBytes = lines * LINE_BYTES; ; windowBytes *= GROWTH) {
    const from = Math.max(0, lengthBytes - windowBytes)
    const starts = await lineStarts(readOutput(deps, output, from, lengthBytes), { from, lines })
    const found = starts.filter((start) => start < lengthBytes)
    if (found.length >= lines) return found.at(-lines) ?? 0
    if (from === 0) return 0
  }
}

interface Window {
  readonly from: number
  readonly lines: number
}

/** The places after newlines, and that of the beginning; only the last ones, of which there may be one too many. */
async function lineStarts(
  chunks: AsyncIterable<Uint8Array>,
  { from, lines }: Window,
): Promise<readonly number[]> {
  let starts = from === 0 ? [0] : []
  let position = from
  for await (const chunk of chunks) {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) {
      starts.push(position + at + 1)
      if (starts.length > 2 * (lines + 1)) starts = starts.slice(-(lines + 1))
    }
    position += chunk.length
  }
  return starts.slice(-(lines + 1))
}
