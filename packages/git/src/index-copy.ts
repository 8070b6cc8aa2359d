import { copyFile, open, stat, utimes } from 'node:fs/promises'

/**
 * Copies an index with its time, or a moment before it. Git reads a file again whose time is not before
 * that of the index: to a copy that looked younger, a change right after the checkout would be invisible.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  await copyFile(from, to)
  const { mtimeMs } = await stat(from)
  const seconds = (Math.floor(mtimeMs) - 1) / 1_000
  await utimes(to, seconds, seconds)
}

/** How many files an index knows: its header says so after a signature and a version. */
export async function countFiles(index: string): Promise<number> {
  await using handle = await open(index)
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 8)
  return buffer.readUInt32BE()
}
