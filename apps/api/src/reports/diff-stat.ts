import type { TaskReport } from '@sleepless/contracts'

type Changes = NonNullable<TaskReport['changes']>

const MAX_PATHS = 50
const MAX_BYTES = 32 * 1024 * 1024
// A line of a minified file, or of a binary patch: of more, only the beginning counts.
const MAX_LINE_CHARACTERS = 4096

/**
 * What a diff that git wrote changes, counted as it comes: neither the diff nor any line of it is held
 * as a whole. After 32 MiB it gives up, and says so.
 */
export async function diffStat(diff: AsyncIterable<Uint8Array>): Promise<Changes> {
  const counter = createCounter()
  const decoder = new TextDecoder()
  let line = ''
  let bytes = 0
  for await (const chunk of diff) {
    bytes += chunk.byteLength
    const pieces = decoder.decode(chunk, { stream: true }).split('\n')
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        counter.add(line)
        line = ''
      }
      if (line.length < MAX_LINE_CHARACTERS) line += piece.slice(0, MAX_LINE_CHARACTERS)
    }
    if (bytes > MAX_BYTES) return counter.sum(false)
  }
  counter.add(line)
  return counter.sum(true)
}

interface Counter {
  add(line: string): void
  sum(whole: boolean): Changes
}

/** A hunk says how many lines it has: what is in it is never taken for a header. */
function createCounter(): Counter {
  const paths: { path: string; insertions: number; deletions: number }[] = []
  const total = { files: 0, insertions: 0, deletions: 0 }
  let current: (typeof paths)[number] | undefined
  let left = { before: 0, after: 0 }

  function inHunk(line: string): void {
    const sign = line[0]
    if (sign === '\\') return
    if (sign !== '+') left.before -= 1
    if (sign !== '-') left.after -= 1
    if (sign === '+') {
      total.insertions += 1
      if (current !== undefined) current.insertions += 1
    } else if (sign === '-') {
      total.deletions += 1
      if (current !== undefined) current.deletions += 1
    }
  }

  return {
    add(line) {
      if (left.before > 0 || left.after > 0) return inHunk(line)
      if (line.startsWith('diff --git ')) {
        total.files += 1
        current = { path: pathOf(line), insertions: 0, deletions: 0 }
        if (paths.length < MAX_PATHS) paths.push(current)
        return
      }
      const [, before, after] = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line) ?? ['']
      if (line.startsWith('@@ ')) left = { before: Number(before ?? 1), after: Number(after ?? 1) }
    },
    sum: (whole) => ({ ...total, paths, more: total.files - paths.length, whole }),
  }
}

/** Of `diff --git a/x b/x`, the name afterwards; a name with what git quotes stays as git writes it. */
function pathOf(line: string): string {
  const names = line.slice('diff --git '.length)
  const quoted = / "b\/(.*)"$/.exec(names)?.[1]
  if (quoted !== undefined) return quoted
  // The same twice, but for a rename: the middle is where the second begins.
  const middle = (names.length - 1) / 2
  if (names.slice(2, middle) === names.slice(middle + 3)) return names.slice(2, middle)
  return names.slice(names.lastIndexOf(' b/') + ' b/'.length)
}
