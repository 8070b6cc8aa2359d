import { setTimeout as delay } from 'node:timers/promises'

import { createDiskMeter, type DiskUse } from './disk-meter.ts'

const INTERVAL_MS = 1000
/** Some tens of milliseconds of the thread pool's time. */
const ENTRIES_A_LOOK = 1000
/** After a look at which the disk had lost this share of the limit since the one before. */
const ENTRIES_IN_HURRY = 20_000
const HURRY_SHARE = 1 / 16
/** An agent that makes empty files could use up all names of a disk. */
const MIN_FREE_FILES = 1000

export interface DiskWatchOptions {
  /** Directories on one disk. */
  readonly paths: readonly [string, ...string[]]
  /** What they may hold together. */
  readonly maxBytes: number
  /** What the disk must keep free, whoever fills it. */
  readonly minFreeBytes: number
  /** Between the end of one look and the next. Default: 1000. */
  readonly intervalMs?: number
}

/** Disposing it ends the watch. */
export interface DiskWatch extends AsyncDisposable {
  /** Settles, with a sentence for a person, when a limit has been passed; else never. */
  readonly full: Promise<string>
}

/**
 * Watches directories where nothing else limits what they hold. Each look costs the same, however many
 * files there are; large trees take several looks, and free space that vanishes meanwhile makes it look
 * harder. It is a watch and no quota: what is written between two looks is written.
 */
export function watchDisk(options: DiskWatchOptions): DiskWatch {
  const { paths, maxBytes, intervalMs = INTERVAL_MS } = options
  const meter = createDiskMeter(paths)
  const full = Promise.withResolvers<string>()
  const over = new AbortController()
  let last: DiskUse | undefined
  let isHurried = false

  const look = async (): Promise<void> => {
    const use = await meter.look(isHurried ? ENTRIES_IN_HURRY : ENTRIES_A_LOOK)
    isHurried = last !== undefined && last.freeBytes - use.freeBytes > maxBytes * HURRY_SHARE
    last = use
    const excess = excessOf(use, options)
    if (excess !== undefined) full.resolve(excess)
  }
  const watch = async (): Promise<void> => {
    for (;;) {
      await delay(intervalMs, undefined, { signal: over.signal, ref: false })
      // That a disk can't be looked at is for somebody else to report.
      await look().catch(() => undefined)
    }
  }
  const ended = watch().catch(() => undefined)

  return {
    full: full.promise,
    async [Symbol.asyncDispose]() {
      over.abort()
      await ended
      await meter[Symbol.asyncDispose]()
    },
  }
}

function excessOf(use: DiskUse, options: DiskWatchOptions): string | undefined {
  const { maxBytes, minFreeBytes } = options
  if (use.usedBytes > maxBytes) {
    return `The workspace holds ${mebibytes(use.usedBytes)}; ${mebibytes(maxBytes)} are allowed.`
  }
  if (use.freeBytes < minFreeBytes) {
    const left = `The disk of the workspace has ${mebibytes(use.freeBytes)} left`
    return `${left}; ${mebibytes(minFreeBytes)} must stay free.`
  }
  if (use.freeFiles < MIN_FREE_FILES) {
    return `The disk of the workspace has room for ${use.freeFiles} more files.`
  }
  return undefined
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
