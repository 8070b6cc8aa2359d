import { rmSync } from 'node:fs'
import path from 'node:path'

import { lockHome } from './home-lock.ts'

/** Shows whether the leader of a term still lives: see the port of the same name in the scheduler. */
export interface LeadLocks {
  tryLock(term: number): Disposable | undefined
  remove(term: number): void
}

/** A file for each term, locked by its leader: the kernel gives it back when that process ends. */
export function createLeadLocks(directory: string): LeadLocks {
  const fileOf = (term: number): string => path.join(directory, `scheduler-${term}.lock`)
  return {
    tryLock(term) {
      try {
        return lockHome(fileOf(term), 'alone')
      } catch {
        // Where it can't be told, as on a broken disk, the holder counts as alive until its lease ends.
        return undefined
      }
    },
    remove: (term) => rmSync(fileOf(term), { force: true }),
  }
}
