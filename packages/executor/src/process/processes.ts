import { readdirSync } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'

import { areYoungerGreater, readPidCounts, type Birth } from './pid-order.ts'
import { readProcFile } from './proc-file.ts'

/** A process as /proc shows it. Its pid together with `startTicks` names it even after pids wrap. */
export interface ProcessEntry {
  readonly pid: number
  readonly parentPid: number
  /** When it started, in clock ticks of the kernel. */
  readonly startTicks: number
}

/** What tells the processes of one run from all others. */
export interface ProcessSigns {
  /** Whether a `NAME=value` is one that every process of the run has in its environment. */
  readonly isMarker: (variable: string) => boolean
  /** Directories of the run alone. A process without a parent that works in one is the run's too. */
  readonly directories: readonly string[]
  /** The first of them: what is older need not be looked at. Absent when it is not known. */
  readonly first?: Birth
  /** Processes that were seen to descend from the agent, by pid. */
  readonly known: ReadonlyMap<number, ProcessEntry>
}

const INIT_PID = 1
/** How many processes are looked at before others get their turn: some milliseconds. */
const PROCESSES_A_TURN = 200

function readStat(pid: number): string {
  return readProcFile(`${pid}/stat`)
}

/** Of a process that was started just now. It may wait to be reaped already. */
export function birthOf(pid: number): Birth {
  const startTicks = Number(fieldsOf(readStat(pid))[19] ?? 0)
  return { pid, startTicks, forks: readPidCounts().forks }
}

function fieldsOf(stat: string): readonly string[] {
  // The name before it, in parentheses, may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** @returns undefined for a process that is gone, or is only waiting to be reaped. */
function readEntry(pid: number): ProcessEntry | undefined {
  const fields = fieldsOf(readStat(pid))
  const [state, parentPid] = fields
  const startTicks = fields[19]
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined
  return { pid, parentPid: Number(parentPid), startTicks: Number(startTicks) }
}

function listPids(): readonly number[] {
  try {
    const pids = readdirSync('/proc').map(Number)
    return pids.filter((pid) => Number.isInteger(pid) && pid !== process.pid)
  } catch {
    return []
  }
}

/** Those that may be the first one, or younger. */
function pidsSince(first: Birth | undefined): readonly number[] {
  const pids = listPids()
  if (first === undefined || !areYoungerGreater(first, readPidCounts())) return pids
  return pids.filter((pid) => pid >= first.pid)
}

/** The live processes since the first, where it is known; none where there is no /proc. */
async function listProcesses(first?: Birth): Promise<readonly ProcessEntry[]> {
  const entries: ProcessEntry[] = []
  for (const [index, pid] of pidsSince(first).entries()) {
    if (index % PROCESSES_A_TURN === PROCESSES_A_TURN - 1) await turn()
    const entry = readEntry(pid)
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}

async function hasSign(entry: ProcessEntry, signs: ProcessSigns): Promise<boolean> {
  if (entry.startTicks < (signs.first?.startTicks ?? 0)) return false
  if (signs.known.get(entry.pid)?.startTicks === entry.startTicks) return true
  const environment = await readFile(`/proc/${entry.pid}/environ`, 'latin1').catch(() => '')
  if (environment.split('\0').some(signs.isMarker)) return true
  // Servers that rename themselves overwrite their environment. They daemonize, too.
  if (entry.parentPid !== INIT_PID) return false
  const cwd = await readlink(`/proc/${entry.pid}/cwd`).catch(() => '')
  return signs.directories.some((directory) => isInside(cwd, directory))
}

function withDescendants(
  roots: readonly ProcessEntry[],
  all: readonly ProcessEntry[],
): readonly ProcessEntry[] {
  const found = new Map(roots.map((entry) => [entry.pid, entry]))
  // A map visits what is added to it on the way.
  for (const pid of found.keys()) {
    for (const entry of all) {
      if (entry.parentPid === pid) found.set(entry.pid, entry)
    }
  }
  return [...found.values()]
}

/** The process and all that descend from it, as far as their parents live. */
export async function processTree(pid: number): Promise<readonly ProcessEntry[]> {
  const all = await listProcesses()
  return withDescendants(
    all.filter((entry) => entry.pid === pid),
    all,
  )
}

/** The processes that bear one of the signs, and what descends from them. */
export async function findProcesses(signs: ProcessSigns): Promise<readonly ProcessEntry[]> {
  const all = await listProcesses(signs.first)
  const signed = await Promise.all(all.map((entry) => hasSign(entry, signs)))
  return withDescendants(
    all.filter((_, index) => signed[index]),
    all,
  )
}
