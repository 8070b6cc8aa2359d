import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

import type { SeenProcess } from '../check/evidence.ts'

const ATTEMPT = /\batt_[0-9a-f-]{36}\b/

/** Processes below the stack's folder that bear the sign of an attempt, except for its services. */
export function attemptProcesses(
  root: string,
  services: ReadonlySet<number>,
): readonly SeenProcess[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 1 && !services.has(pid))
    .flatMap((pid) => {
      const signs = [read(`/proc/${pid}/environ`), link(`/proc/${pid}/cwd`)].join('\0')
      const own = signs.split('\0').filter((sign) => sign.includes(`${root}/`))
      const attemptId = ATTEMPT.exec(own.join('\0'))?.[0]
      if (attemptId === undefined || isZombie(pid)) return []
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 200)
      return [{ pid, attemptId, command }]
    })
}

/** Resident memory, in bytes; 0 when the process is gone. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kilobytes ?? 0) * 1024
}

function isZombie(pid: number): boolean {
  return /^State:\s+[ZX]/m.test(read(`/proc/${pid}/status`))
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
