import { createHash } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import path from 'node:path'

import { OutputGapError, type AttemptId } from '@sleepless/domain'

export interface Appended {
  /** Where the new bytes begin; bytes that were there already are not among them. */
  readonly offset: number
  readonly lengthBytes: number
  /** Of the new bytes, as hex. */
  readonly sha256: string
}

/** The output of attempts that run, as plain files that grow. */
export interface OutputSpool {
  /**
   * Appends what is new in the chunk, so that sending a chunk again changes nothing.
   *
   * @param offset where the chunk belongs.
   * @returns undefined when nothing in it was new.
   * @throws {OutputGapError} when bytes before the chunk are missing.
   */
  append(id: AttemptId, offset: number, chunk: Uint8Array): Promise<Appended | undefined>
  /** 0 when there is no output yet. */
  lengthBytes(id: AttemptId): Promise<number>
  read(id: AttemptId, fromByte: number, toByte: number): ReadStream
  file(id: AttemptId): string
}

export async function createOutputSpool(directory: string): Promise<OutputSpool> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = (id: AttemptId): string => path.join(directory, `${id}.txt`)

  return {
    async append(id, offset, chunk) {
      await using handle = await open(file(id), 'a', 0o600)
      const { size } = await handle.stat()
      if (offset > size) throw new OutputGapError(offset, size)
      const fresh = chunk.subarray(size - offset)
      if (fresh.length === 0) return undefined
      await handle.appendFile(fresh)
      const sha256 = createHash('sha256').update(fresh).digest('hex')
      return { offset: size, lengthBytes: fresh.length, sha256 }
    },
    async lengthBytes(id) {
      const found = await stat(file(id)).catch(() => undefined)
      return found?.size ?? 0
    },
    // `end` of a read stream is inclusive.
    read: (id, fromByte, toByte) =>
      createReadStream(file(id), { start: fromByte, end: toByte - 1 }),
    file,
  }
}
