import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'

import type { Held, WorkerClient } from '@sleepless/contracts'
import type { Commit } from '@sleepless/domain'

import { persist } from '../persist.ts'

/** Brings a commit and its diff to the service: this worker's disk is not their only place. */
export async function uploadCommit(
  api: WorkerClient,
  held: Held,
  { diffFile, bundleFile }: Commit,
  signal: AbortSignal,
): Promise<void> {
  const files = { 'diff.patch': diffFile, 'commit.bundle': bundleFile }
  for (const [name, file] of Object.entries(files)) {
    const sha256 = await sha256Of(file)
    const upload = (): Promise<void> =>
      api.uploadArtifact(held, { name, sha256, content: webStream(file) })
    await persist(upload, { signal })
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

function webStream(file: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>
}
