import { processTree, type ProcessEntry } from './processes.ts'
import { sendSignal } from './signals.ts'

/** How long a process may take to die of SIGKILL. */
const DEATH_LIMIT_MS = 10_000

/** Ends a process group. Dispose it when the group's leader is gone: its id may be reused. */
export interface Terminator extends Disposable {
  /** Processes that descended from the leader when it was told to end. */
  readonly known: ReadonlyMap<number, ProcessEntry>
  /** Settles when the leader has outlived SIGKILL by ten seconds; else never. */
  readonly undead: Promise<void>
  /** SIGTERM now, and SIGKILL after the grace period. */
  terminate(): Promise<void>
}

/** @param leader a pid that is also its process group's id. */
export function createTerminator(leader: number, killGraceMs: number): Terminator {
  const known = new Map<number, ProcessEntry>()
  const undead = Promise.withResolvers<void>()
  let gone = false
  let timer: NodeJS.Timeout | undefined
  return {
    known,
    undead: undead.promise,
    async terminate() {
      // Tools are in sessions of their own: once the leader is dead, nothing leads from it to them.
      for (const entry of await processTree(leader)) known.set(entry.pid, entry)
      if (gone) return
      sendSignal(-leader, 'SIGTERM')
      timer = setTimeout(() => {
        sendSignal(-leader, 'SIGKILL')
        timer = setTimeout(undead.resolve, DEATH_LIMIT_MS)
      }, killGraceMs)
    },
    [Symbol.dispose]() {
      gone = true
      clearTimeout(timer)
    },
  }
}
