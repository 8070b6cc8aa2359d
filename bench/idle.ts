import { setTimeout as pause } from 'node:timers/promises'

import { install } from './installation.ts'
import { idleCpuPercent, wakeUpsPerSecond } from './measures.ts'
import type { Measurement } from './statistics.ts'

const SETTLE_MS = 60_000
const SECONDS = 60
const BACKLOG = 100_000

/** What each service does while there is nothing to do, without a backlog and with one. */
export async function idle(modelUrl: string): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const stored of [0, BACKLOG]) {
    await using service = await install('distributed', modelUrl, { stored })
    await pause(SETTLE_MS)
    const figures = await Promise.all(
      Object.entries(service.pids).map(async ([name, pid]) => {
        const [percent, wakeUps] = await Promise.all([
          idleCpuPercent({ pid }, SECONDS),
          wakeUpsPerSecond(pid, SECONDS),
        ])
        return { name: `${name}, ${stored} tasks waiting`, percent, wakeUps }
      }),
    )
    for (const { name, percent, wakeUps } of figures) {
      measurements.push(
        { name: `${name}, of a core`, value: percent, unit: '%', limit: 0.5 },
        { name: `${name}, wake-ups`, value: wakeUps, unit: '/s', limit: 10 },
      )
    }
  }
  return measurements
}
