import { totalmem } from 'node:os'
import { constrainedMemory } from 'node:process'

const GIB = 2 ** 30
/** What is left to the host when a sandbox uses all it may. */
const SHARE_OF_MEMORY = 0.75

/** What one enclosed program may use, together with all that it starts. */
export interface SandboxLimits {
  /** What lies in /tmp and /dev/shm counts too. */
  readonly memoryBytes: number
  /** Threads count too. At the limit Claude Code ends itself: be generous. */
  readonly processes: number
  /** Of the processor, for each process alone; absent: no limit. */
  readonly cpuSeconds?: number
  /** The largest file that can be written. */
  readonly fileBytes: number
  /** For each process alone. */
  readonly openFiles: number
  /** What workspace and home may hold together. */
  readonly diskBytes: number
  /** What must stay free on the disk, whoever fills it: less than a worker wants to start something. */
  readonly minFreeDiskBytes: number
  /** /tmp and /dev/shm, each: in memory, and gone with the sandbox. */
  readonly temporaryBytes: number
}

/** Generous, and bounded by the memory of this machine or of its container. */
export function defaultLimits(): SandboxLimits {
  // A container without a limit gives a number without meaning, or 0.
  const bounds = [totalmem(), constrainedMemory()].filter((bytes) => bytes > 0)
  return {
    memoryBytes: Math.min(4 * GIB, Math.floor(Math.min(...bounds) * SHARE_OF_MEMORY)),
    processes: 2000,
    fileBytes: 10 * GIB,
    openFiles: 65_536,
    diskBytes: 20 * GIB,
    minFreeDiskBytes: GIB / 32,
    temporaryBytes: GIB,
  }
}
