import { access } from 'node:fs/promises'
import path from 'node:path'

import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'

import { moveFile, PART_SUFFIX } from './move-file.ts'

/** Where finished results lie: a directory, or a bucket. */
export type ResultsLocation =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      readonly region: string
      /** For services other than Amazon's. */
      readonly endpoint: string | undefined
    }

export interface StoredArtifact {
  readonly name: string
  readonly sizeBytes: number
}

/**
 * Files by key, such as `tasks/<task>/<attempt>/diff.patch`. Whole or absent, never half written.
 * Methods reject keys that lead out of the store.
 */
export interface ResultsStore {
  /** Takes the local file away into the store. */
  moveIn(localFile: string, key: string): Promise<void>
  has(key: string): Promise<boolean>
  sizeBytes(key: string): Promise<number>
  read(key: string): Promise<NodeJS.ReadableStream & AsyncIterable<Uint8Array>>
  /** The files directly under the prefix, by name. */
  list(prefix: string): Promise<readonly StoredArtifact[]>
  /** Removes all under the prefix, if there is anything. */
  removeAll(prefix: string): Promise<void>
}

export async function createResultsStore(location: ResultsLocation): Promise<ResultsStore> {
  const disk = new Disk(await driverFor(location))
  return {
    async moveIn(localFile, rawKey) {
      const { key } = disk.file(rawKey)
      // The driver would report a missing file where nobody can catch it.
      await access(localFile)
      // The driver writes in place, where half a file would be found meanwhile.
      if (location.kind === 'directory') await moveFile(localFile, path.join(location.path, key))
      else await disk.moveFromFs(localFile, key)
    },
    has: async (key) => disk.exists(key),
    removeAll: async (prefix) => disk.deleteAll(prefix),
    sizeBytes: async (key) => (await disk.getMetaData(key)).contentLength,
    read: async (key) => disk.getStream(key),
    async list(prefix) {
      const artifacts: StoredArtifact[] = []
      let paginationToken: string | undefined
      do {
        const page = await disk.listAll(prefix, paginationToken ? { paginationToken } : {})
        for (const file of page.objects) {
          if (!file.isFile || file.name.endsWith(PART_SUFFIX)) continue
          const { contentLength } = await disk.getMetaData(file.key)
          artifacts.push({ name: file.name, sizeBytes: contentLength })
        }
        paginationToken = page.paginationToken
      } while (paginationToken !== undefined)
      return artifacts.toSorted((a, b) => a.name.localeCompare(b.name))
    },
  }
}

async function driverFor(
  location: ResultsLocation,
): Promise<ConstructorParameters<typeof Disk>[0]> {
  if (location.kind === 'directory') {
    return new FSDriver({ location: location.path, visibility: 'private' })
  }
  // The SDK is large; only those who keep results in a bucket load it.
  const { S3Driver } = await import('flydrive/drivers/s3')
  const { bucket, region, endpoint } = location
  return new S3Driver({
    bucket,
    region,
    visibility: 'private',
    supportsACL: false,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  })
}
