import { readProcFile } from './proc-file.ts'

/** Where a process stands in the order in which the kernel gives out pids. */
export interface Birth {
  readonly pid: number
  /** When it started, in clock ticks of the kernel; 0 when that is not known. */
  readonly startTicks: number
  /** How many processes and threads the machine had started by then; 0 when that is not known. */
  readonly forks: number
}

/** What the kernel says of the pids that it gives out. */
export interface PidCounts {
  readonly forks: number
  readonly maxPid: number
}

export function readPidCounts(): PidCounts {
  return {
    forks: Number(/^processes (\d+)$/m.exec(readProcFile('stat'))?.[1] ?? 0),
    maxPid: Number(readProcFile('sys/kernel/pid_max')),
  }
}

/**
 * Pids ascend until the largest is reached, and then begin again: of those that were given out since a
 * birth, all are greater while so few were that they cannot have come to the end.
 *
 * @returns whether all processes that are younger than the birth have greater pids.
 */
export function areYoungerGreater({ pid, forks }: Birth, now: PidCounts): boolean {
  const given = now.forks - forks
  // Pids in use are passed over: half the way is safe.
  return forks > 0 && given >= 0 && given < (now.maxPid - pid) / 2
}
