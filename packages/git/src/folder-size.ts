import { lstat, readdir } from 'node:fs/promises'

const BLOCK_BYTES = 512
const SLASH = Buffer.from('/')

/** What a folder with all in it takes of the disk, in bytes. Follows no links; what goes meanwhile is not counted. */
export async function folderSize(path: string): Promise<number> {
  let bytes = 0
  const folders = [Buffer.from(path)]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch(
      () => [],
    )
    for (const entry of entries) {
      const child = Buffer.concat([folder, SLASH, entry.name])
      if (entry.isDirectory()) folders.push(child)
      else
        bytes += await lstat(child).then(
          ({ blocks }) => blocks * BLOCK_BYTES,
          () => 0,
        )
    }
  }
  return bytes
}
