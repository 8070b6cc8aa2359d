import type { Shortage } from '@sleepless/domain'

export interface Supply {
  readonly totalBytes: number
  readonly availableBytes: number
}

/** What a machine has; absent where that can't be told. */
export interface Supplies {
  readonly memory: Supply | undefined
  readonly disk: Supply | undefined
}

interface Need {
  /** With less than this, nothing more is started. */
  readonly bytes: number
  /** But a small machine can't spare more than this part of what it has. */
  readonly share: number
}

const MIB = 1024 ** 2

const needs: Readonly<Record<Shortage['resource'], Need>> = {
  /** An agent takes about 210 MB, and more with its tools. */
  memory: { bytes: 384 * MIB, share: 0.1 },
  /** A work tree and a commit; and the journal, without which nothing can be told. */
  disk: { bytes: 512 * MIB, share: 0.05 },
}
/** A shortage ends only well above the point at which it began: it must not come and go by itself. */
const ENOUGH = 1.5

/** @param before the shortage until now, which ends later than it would begin. */
export function shortageOf(supplies: Supplies, before: Shortage | undefined): Shortage | undefined {
  for (const resource of ['memory', 'disk'] as const) {
    const supply = supplies[resource]
    if (supply === undefined) continue
    const { bytes, share } = needs[resource]
    const needed = Math.min(bytes, supply.totalBytes * share)
    const factor = before?.resource === resource ? ENOUGH : 1
    if (supply.availableBytes < needed * factor) {
      const [left, enough] = [supply.availableBytes, needed * ENOUGH].map(inMib)
      const detail = `Only ${left} MiB of ${resource} are free on the worker; it goes on at ${enough}.`
      return { resource, detail }
    }
  }
  return undefined
}

/** Whether what is only convenient has to go: somewhat before attempts would have to wait. */
export function isDiskLow({ disk }: Pick<Supplies, 'disk'>): boolean {
  const goingOn = { resource: 'disk', detail: '' } as const
  return shortageOf({ memory: undefined, disk }, goingOn) !== undefined
}

function inMib(bytes: number): number {
  return Math.ceil(bytes / MIB)
}
