import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A disk of its own, which a test can fill. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  /** Takes all room that is left, but for so many bytes. Default: 0. */
  fill(leaveBytes?: number): void
  /** Gives that room back. */
  free(): void
}

// Of the system, as is the right to use them.
const MOUNT = 'mount'
const UNMOUNT = 'umount'

const BLOCK = Buffer.alloc(4096, 0x2a)

/**
 * Mounts a disk in memory.
 *
 * @returns undefined where this user may not mount anything.
 */
export async function mountSmallDisk(sizeBytes: number): Promise<SmallDisk | undefined> {
  const directory = await mkdtemp(path.join(tmpdir(), 'sleepless-disk-'))
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${sizeBytes}`]
    execFileSync(MOUNT, [...options, 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    await rm(directory, { recursive: true })
    return undefined
  }
  const ballast = path.join(directory, 'ballast')
  return {
    path: directory,
    fill(leaveBytes = 0) {
      const reserve = path.join(directory, 'reserve')
      if (leaveBytes > 0) fillFile(reserve, leaveBytes)
      fillFile(ballast, Number.POSITIVE_INFINITY)
      rmSync(reserve, { force: true })
    },
    free: () => rmSync(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      execFileSync(UNMOUNT, ['-l', directory])
      await rm(directory, { recursive: true })
    },
  }
}

/** Writes until the file has that many bytes, or the disk is full. */
function fillFile(file: string, bytes: number): void {
  const descriptor = openSync(file, 'a')
  try {
    for (let written = 0; written < bytes;) written += writeSync(descriptor, BLOCK)
  } catch (error) {
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
    if (!isFull) throw error
  } finally {
    closeSync(descriptor)
  }
}
