import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, open, rename, rm, unlink } from 'node:fs/promises'
import path from 'node:path'

/** Ends the names of files that are not whole yet. */
export const PART_SUFFIX = '.part'

/** Moves a file so that it is at its target whole or not at all, also after a crash or a power cut. */
export async function moveFile(source: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
  await sync(source)
  try {
    await rename(source, target)
  } catch (error) {
    if (!isOnAnotherFileSystem(error)) throw error
    await copyWhole(source, target)
    await unlink(source)
  }
}

async function copyWhole(source: string, target: string): Promise<void> {
  const part = `${target}.${randomUUID()}${PART_SUFFIX}`
  try {
    await copyFile(source, part)
    await sync(part)
    await rename(part, target)
  } finally {
    await rm(part, { force: true })
  }
}

/** A name that is on disk before its content would be found empty after a power cut. */
async function sync(file: string): Promise<void> {
  await using handle = await open(file, 'r')
  await handle.sync()
}

function isOnAnotherFileSystem(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EXDEV'
}
