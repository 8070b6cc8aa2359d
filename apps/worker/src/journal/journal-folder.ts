import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'

import type { WorkerId } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

import { isAlive, LIFE_SIGN, showLife } from '../life-sign.ts'
import { createAttemptJournal, type AttemptJournal } from './attempt-journal.ts'
import type { Claimed } from './record.ts'
import { createSegments } from './segments.ts'

/** Where a worker process keeps its journals, for as long as it lives. */
export interface JournalFolder extends AsyncDisposable {
  open(claimed: Claimed): AttemptJournal
  /**
   * Makes the folders of dead workers of this home a part of this one, so that one worker alone goes
   * through each, and another one does should this one die over it.
   *
   * @returns all that this one has taken over and not removed yet.
   */
  inherit(): Promise<readonly Inheritance[]>
}

/** The journals of a dead worker. */
export interface Inheritance {
  readonly workerId: string
  readonly path: string
}

const HEIRLOOMS = 'inherited'

/** @param root one folder for all workers of a home. */
export async function openJournalFolder(
  root: string,
  id: WorkerId,
  logger: Logger,
): Promise<JournalFolder> {
  const folder = path.join(root, id)
  const heirlooms = path.join(folder, HEIRLOOMS)
  // Until it shows life, others would take it for a dead one's: so it gets its name last.
  const draft = path.join(root, `new-${id}`)
  await mkdir(path.join(draft, HEIRLOOMS), { recursive: true, mode: 0o700 })
  const life = await showLife(draft)
  await rename(draft, folder)

  let isDisposed = false

  async function takeOver(parent: string): Promise<void> {
    for (const name of await readdir(parent)) {
      const found = path.join(parent, name)
      if (!isWorkerName(name) || name === id || (await isAlive(found))) continue
      // Of several who try, one succeeds.
      await rename(found, path.join(heirlooms, name)).catch((error: unknown) => {
        logger.debug({ err: error, workerId: name }, 'journals taken over by another')
      })
    }
  }

  return {
    open: (claimed) =>
      createAttemptJournal(claimed, {
        segments: createSegments(folder, claimed.attemptId),
        logger,
      }),
    async inherit() {
      await takeOver(root)
      // What a dead one had inherited and not gone through.
      for (const name of await readdir(heirlooms)) {
        const below = path.join(heirlooms, name, HEIRLOOMS)
        await takeOver(below).catch(() => undefined)
      }
      const names = await readdir(heirlooms)
      return names.map((workerId) => ({ workerId, path: path.join(heirlooms, workerId) }))
    },
    async [Symbol.asyncDispose]() {
      if (isDisposed) return
      isDisposed = true
      // What is left in it is for another worker, which takes the folder as soon as life has gone.
      if (await isEmpty(folder)) await rm(folder, { recursive: true, force: true })
      await life[Symbol.asyncDispose]()
    },
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  const names = await readdir(folder)
  const inherited = await readdir(path.join(folder, HEIRLOOMS))
  return inherited.length === 0 && names.every((name) => name === HEIRLOOMS || name === LIFE_SIGN)
}

function isWorkerName(name: string): boolean {
  return /^wrk_[0-9a-f-]+$/.test(name)
}
