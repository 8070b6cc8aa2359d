import path from 'node:path'

import { submit } from '@sleepless/engine'
import { backUpDatabase, installRestored, stageRestore } from '@sleepless/storage'

import { openControlPlane } from './control-plane.ts'

export interface RestoredHome {
  /** Submitted before the backup, and so still there. */
  readonly taskId: string
  /** Newest event of the backup. */
  readonly backupHead: number
  /** Newest event of what the backup has replaced. */
  readonly lostHead: number
}

/** Fills a home, and sets its database back to a backup from before the last twenty tasks. */
export async function restoredHome(home: string): Promise<RestoredHome> {
  const databaseFile = path.join(home, 'tasks.db')
  const backup = path.join(home, 'backup.db')
  await using plane = await openControlPlane({ home })
  const { store, engine } = plane
  const ask = { prompt: 'a' }
  const { id: taskId } = await store.write((tx) => submit(tx, engine, ask))
  const { headId: backupHead } = await backUpDatabase({ file: databaseFile, target: backup })
  await store.write((tx) => Array.from({ length: 20 }, () => submit(tx, engine, ask)))
  const lostHead = await store.read((tx) => tx.events.head())
  await store[Symbol.asyncDispose]()

  const now = new Date()
  using staged = stageRestore({ backup, databaseFile, now })
  installRestored({ staged, databaseFile, backupsPath: path.join(home, 'backups'), now })
  return { taskId, backupHead, lostHead }
}
