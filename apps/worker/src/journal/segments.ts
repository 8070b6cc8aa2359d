import { open, readdir, unlink, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

import { decodeRecord, type JournalRecord } from './record.ts'

// What is acknowledged is freed by whole files.
const SEGMENT_BYTES = 4 * 1024 * 1024
// Longer than any line: a record's text is bounded.
const READ_BYTES = 1024 * 1024

/** A place in a journal, before a record or at the end. */
export interface Position {
  /** From 1. */
  readonly segment: number
  readonly offset: number
}

export interface Block {
  readonly records: readonly JournalRecord[]
  readonly next: Position
}

/** The files of one attempt's journal. Calls that write must not overlap. */
export interface Segments {
  /** Where the next record goes. */
  end(): Position
  /** @returns where the lines begin. After an error, what was written of them counts for nothing. */
  append(lines: Buffer): Promise<Position>
  /** The next records, at least one where there is one before `until`; what is torn is skipped. */
  read(from: Position, until: Position): Promise<Block>
  /** Brings to the disk what was appended. */
  sync(): Promise<void>
  /** Removes the files before this one, but the first, which tells whose journal it is. */
  release(segment: number): Promise<void>
  close(): Promise<void>
  /** Removes all. */
  remove(): Promise<void>
}

/**
 * @param name of the attempt; its files are `<name>.<number>.journal`.
 * @param last number of the last file that there is; 0 for a new journal.
 */
export function createSegments(folder: string, name: string, last = 0): Segments {
  let segment = Math.max(last, 1)
  let sizeBytes = 0
  let handle: FileHandle | undefined
  let released = 1
  // A file whose last line may be torn is not written on to.
  let mustRotate = last > 0

  const file = fileNames(folder, name)
  async function writable(): Promise<FileHandle> {
    if (mustRotate || sizeBytes >= SEGMENT_BYTES) {
      await closeCurrent()
      segment++
      sizeBytes = 0
      mustRotate = false
    }
    handle ??= await open(file(segment), 'wx', 0o600)
    return handle
  }

  async function closeCurrent(): Promise<void> {
    const closing = handle
    handle = undefined
    await closing?.datasync()
    await closing?.close()
  }

  return {
    end: () => ({ segment, offset: sizeBytes }),
    async append(lines) {
      const target = await writable()
      const start = { segment, offset: sizeBytes }
      try {
        await writeAll(target, lines)
        sizeBytes += lines.length
        return start
      } catch (error) {
        mustRotate = true
        throw error
      }
    },
    read: (from, until) => readBlock(file, from, until),
    async sync() {
      await handle?.datasync()
      // A new file is there after a power cut only if its folder says so.
      await using directory = await open(folder)
      await directory.sync()
    },
    async release(before) {
      for (let number = released + 1; number < before; number++) {
        await removeFile(file(number))
        released = number
      }
    },
    close: closeCurrent,
    async remove() {
      await handle?.close()
      handle = undefined
      for (let number = segment; number >= 1; number--) await removeFile(file(number))
    },
  }
}

/** The handle's own `appendFile` takes three times as long over a line. */
async function writeAll(target: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += (await target.write(bytes, at, bytes.length - at)).bytesWritten
  }
}

/** Removes one that is there; `rm` would look first what it is. */
async function removeFile(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function fileNames(folder: string, name: string): (number: number) => string {
  return (number) => path.join(folder, `${name}.${number}.journal`)
}

async function readBlock(
  file: (number: number) => string,
  from: Position,
  until: Position,
): Promise<Block> {
  const { segment, offset } = from
  const isInLast = segment >= until.segment
  const most = isInLast ? until.offset - offset : READ_BYTES
  const { records, length } = recordsIn(await readAt(file(segment), offset, most))
  if (length > 0) return { records, next: { segment, offset: offset + length } }
  if (isInLast) return { records, next: until }
  return readBlock(file, { segment: segment + 1, offset: 0 }, until)
}

/** @returns fewer bytes at the end of the file, and none where there is no file any more. */
async function readAt(file: string, offset: number, most: number): Promise<Buffer> {
  let handle: FileHandle
  try {
    handle = await open(file)
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0)
    throw error
  }
  try {
    const length = Math.min(most, READ_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** The whole records from the beginning on, and how many bytes they are. */
function recordsIn(bytes: Buffer): { records: readonly JournalRecord[]; length: number } {
  const records: JournalRecord[] = []
  let length = 0
  for (;;) {
    const end = bytes.indexOf('\n', length)
    if (end === -1) break
    const record = decodeRecord(bytes.toString('utf8', length, end))
    if (record === undefined) break
    records.push(record)
    length = end + 1
  }
  return { records, length }
}

/** The journals in a folder: attempts, with the number of their last file. */
export async function listJournals(folder: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for (const name of await readdir(folder)) {
    const [, attempt, number] = /^(att_[0-9a-f-]+)\.(\d+)\.journal$/.exec(name) ?? []
    if (attempt === undefined || number === undefined) continue
    found.set(attempt, Math.max(found.get(attempt) ?? 0, Number(number)))
  }
  return found
}
