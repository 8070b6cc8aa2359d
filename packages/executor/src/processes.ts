import { readdir, readFile, readlink } from 'node:fs/promises'

/** A process as /proc shows it. Its pid together with `startTicks` names it even after pids wrap. */
export interface ProcessEntry {
  readonly pid: number
  readonly parentPid: number
  readonly startTicks: string
}

/** What tells the processes of one run from all others. */
export interface ProcessSigns {
  /** `NAME=value`, as found in the environment of every process of the run. */
  readonly marker: string
  /** Directories of the run alone. A process without a parent that works in one is the run's too. */
  readonly directories: readonly string[]
  /** Processes that were seen to descend from the agent, by pid. */
  readonly known: ReadonlyMap<number, ProcessEntry>
}

const INIT_PID = 1

/** @returns undefined for a process that is gone, or is only waiting to be reaped. */
async function readEntry(pid: number): Promise<ProcessEntry | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  // The name before it, in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, parentPid] = fields
  const startTicks = fields[19]
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined
  return { pid, parentPid: Number(parentPid), startTicks }
}

/** All live processes; none where there is no /proc. */
async function listProcesses(): Promise<readonly ProcessEntry[]> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid)
  const entries = await Promise.all(pids.map(readEntry))
  return entries.filter((entry) => entry !== undefined)
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}

async function hasSign(entry: ProcessEntry, signs: ProcessSigns): Promise<boolean> {
  if (signs.known.get(entry.pid)?.startTicks === entry.startTicks) return true
  const environment = await readFile(`/proc/${entry.pid}/environ`, 'latin1').catch(() => '')
  if (environment.split('\0').includes(signs.marker)) return true
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
  const all = await listProcesses()
  const signed = await Promise.all(all.map((entry) => hasSign(entry, signs)))
  return withDescendants(
    all.filter((_, index) => signed[index]),
    all,
  )
}
