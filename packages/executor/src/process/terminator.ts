import { processTree, type ProcessEntry } from './processes.ts'
import { sendSignal } from './signals.ts'

/** How long a process may take to die of SIGKILL. */
const DEATH_LIMIT_MS = 10_000

/** The steps by which a process group is ended, each tried for its time only. */
export interface StopLadder {
  /** Asks the leader to end in order. @returns false when it could not be asked: the next step is taken at once. */
  readonly interrupt: () => boolean
  /** Between that request and SIGTERM, in milliseconds. */
  readonly interruptGraceMs: number
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  readonly killGraceMs: number
}

/** Ends a process group. Dispose it when the group's leader is gone: its id may be reused. */
export interface Terminator extends Disposable {
  /** Processes that descended from the leader at each of the steps. */
  readonly known: ReadonlyMap<number, ProcessEntry>
  /** Settles when the leader has outlived SIGKILL by ten seconds; else never. */
  readonly undead: Promise<void>
  /** Begins with the first step. @param inOrder false to begin with SIGTERM: nobody hears what it would say. */
  terminate(inOrder: boolean): Promise<void>
}

/** @param leader a pid that is also its process group's id. */
export function createTerminator(leader: number, ladder: StopLadder): Terminator {
  const known = new Map<number, ProcessEntry>()
  const undead = Promise.withResolvers<void>()
  let gone = false
  let timer: NodeJS.Timeout | undefined

  /** Tools are in sessions of their own: once the leader is dead, nothing leads from it to them. */
  async function look(): Promise<void> {
    for (const entry of await processTree(leader)) known.set(entry.pid, entry)
  }

  function kill(): void {
    sendSignal(-leader, 'SIGKILL')
    timer = setTimeout(undead.resolve, DEATH_LIMIT_MS)
  }

  async function signal(): Promise<void> {
    await look()
    if (gone) return
    sendSignal(-leader, 'SIGTERM')
    timer = setTimeout(kill, ladder.killGraceMs)
  }

  return {
    known,
    undead: undead.promise,
    async terminate(inOrder) {
      if (!inOrder) return signal()
      await look()
      if (gone) return
      if (ladder.interrupt()) timer = setTimeout(() => void signal(), ladder.interruptGraceMs)
      else await signal()
    },
    [Symbol.dispose]() {
      gone = true
      clearTimeout(timer)
    },
  }
}
