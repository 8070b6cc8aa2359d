import { statfs } from 'node:fs/promises'

import type { Shortage } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

import { readMemory } from './memory.ts'
import { shortageOf, type Supplies, type Supply } from './shortage.ts'

export interface ShortageWatch {
  /** As of the last look. */
  current(): Shortage | undefined
  /** Begins another look, unless one is still under way: a disk may hang. */
  refresh(): void
  /** Calls back when a shortage begins or ends. */
  onChange(listener: () => void): void
}

export type LookAtMachine = () => Promise<Supplies>

/** Whoever waits for a disk that hangs would not start at all. */
const FIRST_LOOK_MS = 2000

export async function watchShortage(
  look: LookAtMachine,
  logger: Pick<Logger, 'info' | 'warn'>,
): Promise<ShortageWatch> {
  const listeners = new Set<() => void>()
  let shortage: Shortage | undefined
  let looking: Promise<void> | undefined

  async function lookAgain(): Promise<void> {
    const found = shortageOf(await look(), shortage)
    const hasChanged = found?.resource !== shortage?.resource
    shortage = found
    if (!hasChanged) return
    if (found === undefined) logger.info({}, 'enough memory and disk again')
    else logger.warn({ ...found }, 'too little to start anything more')
    for (const listener of listeners) listener()
  }

  function refresh(): void {
    looking ??= lookAgain()
      .catch((error: unknown) => logger.warn({ err: error }, 'memory and disk not known'))
      .finally(() => {
        looking = undefined
      })
  }

  refresh()
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, FIRST_LOOK_MS)
  await Promise.race([looking, late])
  clearTimeout(timer)
  return {
    current: () => shortage,
    refresh,
    onChange: (listener) => void listeners.add(listener),
  }
}

/** @param path of the disk. What can't be told is left out. */
export async function lookAtMachine(path: string): Promise<Supplies> {
  return { memory: readMemory(), disk: await readDisk(path) }
}

async function readDisk(path: string): Promise<Supply | undefined> {
  const found = await statfs(path).catch(() => undefined)
  if (found === undefined) return undefined
  const { blocks, bavail, bsize } = found
  return { totalBytes: blocks * bsize, availableBytes: bavail * bsize }
}
