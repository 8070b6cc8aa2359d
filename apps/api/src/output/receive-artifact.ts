import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

import { heldAttempt, type Holder } from '@sleepless/engine'

import type { ApiDeps } from '../deps.ts'
import { atMost, streamOf } from '../plugins/octet-stream.ts'
import { ProblemError } from '../problems.ts'
import { resultKey } from './result-key.ts'

const MAX_ARTIFACT_BYTES = 1024 ** 3

export interface ArtifactUpload {
  readonly holder: Holder
  readonly name: string
  /** Of the content, as hex. */
  readonly sha256: string
  readonly body: unknown
}

/**
 * Stores a file of an attempt, whole or not at all. Sent again, it replaces what was there.
 *
 * @throws {LeaseLostError} {ProblemError} 422 when the content is not what the sender says.
 */
export async function receiveArtifact(
  { store, spool, results }: ApiDeps,
  { holder, name, sha256, body }: ArtifactUpload,
): Promise<void> {
  const source = streamOf(body)
  const attempt = await store.read((tx) => heldAttempt(tx, holder))
  // A sender that gave up waiting may send again while the first sending is still being written.
  const draft = `${spool.file(attempt.id)}.${randomUUID()}.draft`
  try {
    const hash = createHash('sha256')
    await pipeline(
      atMost(source, MAX_ARTIFACT_BYTES),
      async function* hashed(chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(draft, { mode: 0o600 }),
    )
    if (hash.digest('hex') !== sha256) {
      throw new ProblemError(422, 'CHECKSUM_MISMATCH', 'the content does not match its sha256', {
        field: 'sha256',
      })
    }
    await results.moveIn(draft, resultKey(attempt, name))
  } finally {
    await rm(draft, { force: true })
  }
}
