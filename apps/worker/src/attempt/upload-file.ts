import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'

import type { Held, WorkerClient } from '@sleepless/contracts'

import { persist, type PersistOptions } from '../persist.ts'

export interface FileUpload {
  readonly name: string
  readonly file: string
  /** Only so much of its beginning; absent: all of it. */
  readonly sizeBytes?: number
}

/** Brings a file to the service as an artifact of the attempt. @returns its SHA-256, as hex. */
export async function uploadFile(
  api: Pick<WorkerClient, 'uploadArtifact'>,
  held: Held,
  { name, file, sizeBytes }: FileUpload,
  patiently: PersistOptions,
): Promise<string> {
  const content = (): Readable =>
    createReadStream(file, sizeBytes === undefined ? {} : { end: sizeBytes - 1 })
  const hash = createHash('sha256')
  for await (const chunk of content()) hash.update(chunk)
  const sha256 = hash.digest('hex')
  const upload = (): Promise<void> =>
    api.uploadArtifact(held, {
      name,
      sha256,
      content: Readable.toWeb(content()) as ReadableStream<Uint8Array>,
    })
  await persist(upload, patiently)
  return sha256
}
