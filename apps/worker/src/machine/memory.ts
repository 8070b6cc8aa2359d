import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface Memory {
  readonly totalBytes: number
  /** What could be used without pushing anything out. */
  readonly availableBytes: number
}

/** How a version of control groups says what a group may use and uses. */
interface Version {
  readonly mount: string
  readonly limit: string
  readonly usage: string
  /** In `memory.stat`: caches of files, which are given up when somebody needs the memory. */
  readonly reclaimable: string
}

const V1: Version = {
  mount: 'memory',
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  reclaimable: 'total_inactive_file',
}
const V2: Version = {
  mount: '.',
  limit: 'memory.max',
  usage: 'memory.current',
  reclaimable: 'inactive_file',
}

/**
 * The memory of this machine, or of the container if that has less: the tightest of all limits that
 * hold for this process.
 *
 * @param root where `proc` and `sys` are, for tests.
 * @returns undefined where neither can be read, as on systems that are no Linux.
 */
export function readMemory(root = '/'): Memory | undefined {
  const found = [ofMachine(root), ...ofGroups(root)].filter((memory) => memory !== undefined)
  return found.toSorted((one, other) => one.availableBytes - other.availableBytes)[0]
}

function ofMachine(root: string): Memory | undefined {
  const text = read(root, 'proc/meminfo')
  const total = /^MemTotal:\s+(\d+) kB$/m.exec(text)?.[1]
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1]
  if (total === undefined || available === undefined) return undefined
  return { totalBytes: Number(total) * 1024, availableBytes: Number(available) * 1024 }
}

function ofGroups(root: string): readonly (Memory | undefined)[] {
  const groups = read(root, 'proc/self/cgroup').trim().split('\n')
  const found: (Memory | undefined)[] = []
  for (const line of groups) {
    const [id, controllers = '', ...rest] = line.split(':')
    const version = id === '0' ? V2 : V1
    if (version === V1 && !controllers.split(',').includes('memory')) continue
    for (const group of withParents(rest.join(':'))) found.push(ofGroup(root, version, group))
  }
  return found
}

/** In a container the path may be the host's, of which only the end is there: as `/`. */
function withParents(group: string): readonly string[] {
  const parents = [group]
  for (let at = group; at !== '/' && at !== '.'; at = path.dirname(at)) {
    parents.push(path.dirname(at))
  }
  return parents
}

function ofGroup(root: string, version: Version, group: string): Memory | undefined {
  const folder = path.join('sys/fs/cgroup', version.mount, group)
  const [limit, usage, stat] = [version.limit, version.usage, 'memory.stat'].map((file) =>
    read(root, folder, file),
  )
  // `max`, and nothing at all, are no numbers.
  const totalBytes = Number.parseInt(limit ?? '', 10)
  const usedBytes = Number.parseInt(usage ?? '', 10)
  if (Number.isNaN(totalBytes) || Number.isNaN(usedBytes)) return undefined
  const reclaimable = new RegExp(`^${version.reclaimable} (\\d+)$`, 'm').exec(stat ?? '')?.[1] ?? 0
  return { totalBytes, availableBytes: Math.max(0, totalBytes - usedBytes + Number(reclaimable)) }
}

/** The kernel makes up these files as they are read: no disk to wait for, and no thread worth waking. */
function read(...segments: readonly string[]): string {
  try {
    return readFileSync(path.join(...segments), 'utf8')
  } catch {
    return ''
  }
}
