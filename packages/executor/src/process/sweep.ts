import { setTimeout as delay } from 'node:timers/promises'

import { findProcesses, type ProcessSigns } from './processes.ts'
import { sendSignal } from './signals.ts'

/** Dying takes a process milliseconds, unless a disk or a network file system holds it. */
const SWEEP_LIMIT_MS = 5000
const SWEEP_PAUSE_MS = 5

/**
 * Kills the processes that bear the signs, and looks again, until none is left.
 *
 * @returns the pids of those that could not be killed within five seconds.
 */
export async function sweep(signs: ProcessSigns): Promise<readonly number[]> {
  const deadline = performance.now() + SWEEP_LIMIT_MS
  for (;;) {
    const left = await findProcesses(signs)
    const pids = left.map((entry) => entry.pid)
    if (pids.length === 0 || performance.now() > deadline) return pids
    for (const pid of pids) sendSignal(pid, 'SIGKILL')
    await delay(SWEEP_PAUSE_MS)
  }
}
