import { setTimeout as pause } from 'node:timers/promises'

import { ok, warn, type Check, type Verdict } from './finding.ts'

const DEADLINE_MS = 3000
/** A Date header tells whole seconds, and the answer is on its way for some time. */
const MAX_SKEW_MS = 3000
const WATCH_MS = 200
const MAX_STEP_MS = 50

export interface Clocks {
  /** What the clock on the wall shows. */
  readonly wallMs: () => number
  /** What nobody can set. */
  readonly monotonicMs: () => number
}

const systemClocks: Clocks = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** Whether this machine and the service's agree on what time it is, and whether the time is being set. */
export function clockCheck(clocks: Clocks): Check {
  return {
    name: 'clock',
    async look({ url }) {
      const [stepMs, skewMs] = await Promise.all([stepOf(clocks), skewOf(url, clocks)])
      return verdictOf(stepMs, skewMs)
    },
  }
}

export const checkClock: Check = clockCheck(systemClocks)

function verdictOf(stepMs: number, skewMs: number | undefined): Verdict {
  if (Math.abs(stepMs) > MAX_STEP_MS) {
    return warn(
      `it was set by ${seconds(stepMs)} while it was watched`,
      'See what sets it: timedatectl; one program is to, and slowly.',
    )
  }
  if (skewMs === undefined) return ok('steady; no service to compare it with')
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return ok('steady, and as that of the service')
  const way = skewMs > 0 ? 'ahead of' : 'behind'
  return warn(
    `the service's is ${seconds(Math.abs(skewMs))} ${way} this one`,
    'Have both set by NTP: timedatectl set-ntp true.',
  )
}

/** By how much more the wall clock went on than time did. */
async function stepOf({ wallMs, monotonicMs }: Clocks): Promise<number> {
  const before = wallMs() - monotonicMs()
  await pause(WATCH_MS)
  return wallMs() - monotonicMs() - before
}

/** @returns undefined where no service answers. */
async function skewOf(url: string, { wallMs }: Clocks): Promise<number | undefined> {
  try {
    const sentAt = wallMs()
    const response = await fetch(`${url.replace(/\/+$/, '')}/healthz`, {
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    await response.body?.cancel()
    const told = Date.parse(response.headers.get('date') ?? '')
    return Number.isNaN(told) ? undefined : told - (sentAt + wallMs()) / 2
  } catch {
    return undefined
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
