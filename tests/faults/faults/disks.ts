import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Stack } from '../stack/stack.ts'
import type { Fault } from './fault.ts'
import { busyWorker } from './targets.ts'

const FULL_MS = 2500

const needsMounts = ({ isMounted }: Stack): string | undefined =>
  isMounted ? undefined : 'small file systems cannot be mounted here'

const diskFull = (
  what: 'database' | 'workspace' | 'logs',
  directoryOf: (stack: Stack, worker: string) => string,
): Fault => ({
  name: `disk-full-${what}`,
  row: 16,
  title: `no space is left for the ${what}`,
  tolerates: [
    'WORKSPACE_FAILED',
    'DISK_FULL',
    'AGENT_CRASHED',
    'AGENT_REPORTED_ERROR',
    'NEVER_STARTED',
  ],
  unfit: needsMounts,
  async inject({ stack, random }) {
    const { service } = await busyWorker(stack, random)
    const home = stack.places.workers[stack.workers.findIndex((one) => one.service === service)]
    const filler = fill(directoryOf(stack, home ?? ''))
    await pause(FULL_MS)
    rmSync(filler)
  },
})

export const diskFaults: readonly Fault[] = [
  diskFull('database', ({ places }) => places.control),
  diskFull('workspace', (_stack, home) => home),
  diskFull('logs', ({ places }) => places.logs),
]

/** Writes a file until not one page is free. @returns its path. */
function fill(directory: string): string {
  const file = path.join(directory, 'filler')
  const open = openSync(file, 'w')
  for (const size of [2 ** 20, 4096, 1]) {
    try {
      for (;;) writeSync(open, Buffer.alloc(size))
    } catch {
      // Full, as far as pieces of this size go.
    }
  }
  closeSync(open)
  return file
}
