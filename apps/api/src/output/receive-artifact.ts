import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

import { heldAttempt, type Holder } from '@sleepless/engine'

import type { ApiDeps } from '../deps.ts'
import { streamOf, tooLarge } from '../plugins/octet-stream.ts'
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
  const attempt = await store.read((tx) => heldAttempt(tx, holder))
  const draft = `${spool.file(attempt.id)}.${name}.draft`
  try {
    const hash = createHash('sha256')
    let size = 0
    await pipeline(
      streamOf(body),
      async function* check(source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          size += chunk.length
          if (size > MAX_ARTIFACT_BYTES) throw tooLarge(MAX_ARTIFACT_BYTES)
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(draft, { mode: 0o600 }),
    )
    if (hash.digest('hex') !== sha256) {
      throw new ProblemError(422, 'CHECKSUM_MISMATCH', 'the content does not match its sha256')
    }
    await results.moveIn(draft, resultKey(attempt, name))
  } finally {
    await rm(draft, { force: true })
  }
}
