import { createHash } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { appendFile, mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'

import { attemptId, OutputGapError, type AttemptId } from '@sleepless/domain'

/** The output of attempts that run, as plain files that grow. */
export interface OutputSpool {
  /**
   * Appends what is new in the chunk, so that sending a chunk again changes nothing.
   *
   * @param offset where the chunk belongs.
   * @returns the length afterwards, in bytes.
   * @throws {OutputGapError} when bytes before the chunk are missing.
   */
  append(id: AttemptId, offset: number, chunk: Uint8Array): Promise<number>
  /** 0 when there is no output yet. */
  lengthBytes(id: AttemptId): Promise<number>
  /** @param toByte exclusive; must be larger than `fromByte`. */
  read(id: AttemptId, fromByte: number, toByte: number): ReadStream
  /** Of a part, as hex. */
  sha256(id: AttemptId, fromByte: number, toByte: number): Promise<string>
  /** Attempts that have output here. */
  list(): Promise<readonly AttemptId[]>
  file(id: AttemptId): string
}

const SUFFIX = '.txt'

export async function createOutputSpool(directory: string): Promise<OutputSpool> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return outputSpoolAt(directory)
}

/** One that is there, or that nothing is going to be appended to. */
export function outputSpoolAt(directory: string): OutputSpool {
  const file = (id: AttemptId): string => path.join(directory, `${id}${SUFFIX}`)
  // `end` of a read stream is inclusive.
  const read = (id: AttemptId, fromByte: number, toByte: number): ReadStream =>
    createReadStream(file(id), { start: fromByte, end: toByte - 1 })
  const lengthBytes = async (id: AttemptId): Promise<number> => {
    const found = await stat(file(id)).catch(() => undefined)
    return found?.size ?? 0
  }
  const inTurn = createTurns()

  return {
    append: (id, offset, chunk) =>
      inTurn(id, async () => {
        const size = await lengthBytes(id)
        if (offset > size) throw new OutputGapError(offset, size)
        const fresh = chunk.subarray(size - offset)
        if (fresh.length > 0) await appendFile(file(id), fresh, { mode: 0o600 })
        return size + fresh.length
      }),
    lengthBytes,
    read,
    async sha256(id, fromByte, toByte) {
      const hash = createHash('sha256')
      for await (const chunk of read(id, fromByte, toByte)) hash.update(chunk)
      return hash.digest('hex')
    },
    async list() {
      const names = await readdir(directory)
      return names
        .filter((name) => name.startsWith('att_') && name.endsWith(SUFFIX))
        .map((name) => attemptId(name.slice(0, -SUFFIX.length)))
    },
    file,
  }
}

/** Does things with one attempt one after the other: a chunk may come again while it is appended. */
function createTurns(): <T>(id: AttemptId, work: () => Promise<T>) => Promise<T> {
  const last = new Map<AttemptId, Promise<unknown>>()
  return async (id, work) => {
    const before = last.get(id)
    const turn = Promise.allSettled([before]).then(work)
    last.set(id, turn)
    try {
      return await turn
    } finally {
      if (last.get(id) === turn) last.delete(id)
    }
  }
}
