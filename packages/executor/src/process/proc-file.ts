import { closeSync, openSync, readSync } from 'node:fs'

// More than is wanted of any file. One for all: it is filled and read in one go.
const buffer = Buffer.allocUnsafe(64 * 1024)

/**
 * Reading these files never waits, and through the thread pool would cost ten times as much.
 *
 * @param path below /proc. @returns what is there of it, at most 64 KiB; '' where there is nothing.
 */
export function readProcFile(path: string): string {
  let file: number | undefined
  try {
    file = openSync(`/proc/${path}`, 'r')
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0))
  } catch {
    return ''
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
