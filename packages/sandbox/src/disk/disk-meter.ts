import type { Dir } from 'node:fs'
import { lstat, opendir, statfs } from 'node:fs/promises'
import { join } from 'node:path'

export interface DiskUse {
  /** What the directories hold, as far as this walk has come, or the one before if that was more. */
  readonly usedBytes: number
  /** What the disk has left for this user. */
  readonly freeBytes: number
  /** How many files it has left room for; infinite where it does not count them. */
  readonly freeFiles: number
}

/** Measures directories a little at a time. Disposing it ends the walk that it is on. */
export interface DiskMeter extends AsyncDisposable {
  /**
   * Looks at the disk, and goes on with the walk. The walk counts each file once and follows no link; what
   * it may not read or what is gone counts nothing, and what is deleted but still open shows as
   * free space that is missing.
   *
   * @param entries how many it may visit.
   */
  look(entries: number): Promise<DiskUse>
}

/** The unit of `Stats.blocks`, whatever the file system. */
const BLOCK_BYTES = 512

/** Counts what directories on one disk hold: allocated blocks, as `du` does. */
export function createDiskMeter(paths: readonly [string, ...string[]]): DiskMeter {
  let walk = startWalk(paths)
  let lastBytes = 0
  return {
    async look(entries) {
      const isDone = await walk.advance(entries)
      const usedBytes = isDone ? walk.bytes() : Math.max(walk.bytes(), lastBytes)
      if (isDone) {
        lastBytes = usedBytes
        walk = startWalk(paths)
      }
      const { bavail, bsize, ffree, files } = await statfs(paths[0])
      const freeFiles = files === 0 ? Number.POSITIVE_INFINITY : ffree
      return { usedBytes, freeBytes: bavail * bsize, freeFiles }
    },
    [Symbol.asyncDispose]: () => walk.end(),
  }
}

interface Walk {
  bytes(): number
  /** @returns whether it is through. */
  advance(entries: number): Promise<boolean>
  end(): Promise<void>
}

function startWalk(paths: readonly string[]): Walk {
  const pending = [...paths]
  const linked = new Set<string>()
  let open: { readonly directory: Dir; readonly path: string } | undefined
  let bytes = 0

  const count = async (path: string): Promise<void> => {
    // What is gone by now, or can't be looked at, counts nothing.
    const found = await lstat(path).catch(() => undefined)
    if (found === undefined) return
    if (found.isDirectory()) pending.push(path)
    else if (found.nlink > 1) {
      const file = `${found.dev}:${found.ino}`
      if (linked.has(file)) return
      linked.add(file)
    }
    bytes += found.blocks * BLOCK_BYTES
  }
  const end = async (): Promise<void> => {
    await open?.directory.close().catch(() => undefined)
    open = undefined
  }

  return {
    bytes: () => bytes,
    async advance(entries) {
      for (let visited = 0; visited < entries; visited += 1) {
        if (open === undefined) {
          const path = pending.pop()
          if (path === undefined) return true
          const directory = await opendir(path).catch(() => undefined)
          if (directory !== undefined) open = { directory, path }
          continue
        }
        const entry = await open.directory.read().catch(() => null)
        if (entry === null) await end()
        else await count(join(open.path, entry.name))
      }
      return false
    },
    end,
  }
}
