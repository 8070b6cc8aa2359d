import { constants } from 'node:fs'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// In memory, so that nothing of it reaches a disk.
const DIRECTORIES = ['/dev/shm', tmpdir()]

/** A file without a name, which a child process reads from its beginning through an inherited descriptor. */
export async function passedFile(content: Buffer | string): Promise<FileHandle> {
  const file = await openNameless()
  try {
    // At a position: the offset, which the child shares, stays where it is.
    const bytes = Buffer.from(content)
    for (let written = 0; written < bytes.length;) {
      written += (await file.write(bytes, written, bytes.length - written, written)).bytesWritten
    }
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openNameless(): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_EXCL } = constants
  let lastError: unknown
  for (const directory of DIRECTORIES) {
    const path = join(directory, `sleepless-${crypto.randomUUID()}`)
    try {
      const file = await open(path, O_RDWR + O_CREAT + O_EXCL, 0o600)
      await unlink(path)
      return file
    } catch (error) {
      lastError = error
    }
  }
  throw lastError
}
