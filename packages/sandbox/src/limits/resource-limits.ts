import { readFile } from 'node:fs/promises'
import { getuid } from 'node:process'

import type { LimitInForce, SandboxLimit } from '@sleepless/domain'

import type { SandboxLimits } from './sandbox-limits.ts'

/** Limits that a process hands down to all that it starts, and that nobody in a sandbox can lift. */
export interface ResourceLimits {
  /** Lines for bash. */
  readonly script: string
  readonly inForce: readonly LimitInForce[]
}

interface ResourceLimit {
  readonly limit: SandboxLimit
  readonly wanted: (limits: SandboxLimits) => number | undefined
  /** Its name in /proc/self/limits. */
  readonly name: string
  /** How it is set, in the units of bash. */
  readonly command: (value: number) => string
}

const KIB = 1024

const RESOURCE_LIMITS: readonly ResourceLimit[] = [
  {
    limit: 'cpu-time',
    wanted: ({ cpuSeconds }) => cpuSeconds,
    name: 'Max cpu time',
    command: (value) => `ulimit -t ${value}`,
  },
  {
    limit: 'file-size',
    wanted: ({ fileBytes }) => fileBytes,
    name: 'Max file size',
    command: (value) => `ulimit -f ${Math.ceil(value / KIB)}`,
  },
  {
    limit: 'open-files',
    wanted: ({ openFiles }) => openFiles,
    name: 'Max open files',
    command: (value) => `ulimit -n ${value}`,
  },
  {
    limit: 'memory',
    wanted: ({ memoryBytes }) => memoryBytes,
    // Not the address space: JavaScript engines reserve far more of it than they use.
    name: 'Max data size',
    command: (value) => `ulimit -d ${Math.ceil(value / KIB)}`,
  },
  {
    limit: 'processes',
    // The kernel lets root start as many as it likes.
    wanted: ({ processes }) => (getuid?.() === 0 ? undefined : processes),
    name: 'Max processes',
    command: (value) => `ulimit -u ${value}`,
  },
]

/**
 * Where the worker itself is held to less, that is what is in force.
 *
 * @param counted limits that control groups enforce already.
 */
export async function resourceLimits(
  limits: SandboxLimits,
  counted: readonly SandboxLimit[],
): Promise<ResourceLimits> {
  const own = await ownLimits()
  const set = RESOURCE_LIMITS.flatMap(({ limit, wanted, name, command }) => {
    const asked = wanted(limits)
    if (asked === undefined || counted.includes(limit)) return []
    const value = Math.min(asked, own.get(name) ?? asked)
    return [{ line: command(value), inForce: { limit, value, mechanism: 'rlimit' } as const }]
  })
  return {
    script: ['ulimit -c 0', ...set.map(({ line }) => line)].join('\n'),
    inForce: set.map(({ inForce }) => inForce),
  }
}

/** The hard limits of this process, by their names; without those that are unlimited. */
async function ownLimits(): Promise<ReadonlyMap<string, number>> {
  const text = await readFile('/proc/self/limits', 'utf8')
  const rows = text.matchAll(/^(Max [a-z ]+?) {2,}\S+ +(\d+) /gm)
  return new Map([...rows].map(([, name = '', hard]) => [name, Number(hard)]))
}
