import { setTimeout as pause } from 'node:timers/promises'

import { install, type Installation } from './installation.ts'
import { idleCpuPercent, residentMegabytes, startTime, submitTimes } from './measures.ts'
import { quantile, type Measurement } from './statistics.ts'

const SUBMITS = 300
const STARTS = 40
const QUEUED = 1000
const IDLE_SECONDS = 20
const SETTLE_SECONDS = 20
const WARM_UP = 100

type Mode = 'standalone' | 'distributed'

/** Two services side by side, one with many tasks queued: what is compared is measured in turns. */
export async function measureService(mode: Mode, modelUrl: string): Promise<Measurement[]> {
  await using few = await install(mode, modelUrl)
  const process = mode === 'standalone' ? 'up' : 'api'
  const idle: Measurement[] = [
    { name: `idle ${process}, of a core`, value: await idleOf(few), unit: '%', limit: 1 },
    {
      name: `idle ${process}, memory`,
      value: await residentMegabytes(few),
      unit: 'MB',
      limit: 200,
    },
  ]
  // Both have run hot before anything is timed.
  await submitTimes(few, WARM_UP, later())
  await using many = await install(mode, modelUrl)
  await submitTimes(many, QUEUED, later())
  const submits = await inTurns(few, many, SUBMITS / 10, (service) =>
    submitTimes(service, 10, later()),
  )
  const starts = await inTurns(few, many, STARTS, async (service) => [await startTime(service)])
  return [
    ...idle,
    { name: 'submit → 201, p50', value: quantile(submits.few, 0.5), unit: 'ms' },
    { name: 'submit → 201, p99', value: quantile(submits.few, 0.99), unit: 'ms', limit: 20 },
    {
      name: 'submit → agent started, p50',
      value: quantile(starts.few, 0.5),
      unit: 'ms',
      limit: 150,
    },
    {
      name: 'submit → agent started, p99',
      value: quantile(starts.few, 0.99),
      unit: 'ms',
      limit: 500,
    },
    change('submit → 201, p50', submits),
    change('submit → agent started, p50', starts),
    {
      name: `idle ${process} with ${QUEUED} queued`,
      value: await idleOf(many),
      unit: '%',
      limit: 1,
    },
    {
      name: `memory of ${process} after all this`,
      value: await residentMegabytes(many),
      unit: 'MB',
    },
  ]
}

interface Compared {
  readonly few: readonly number[]
  readonly many: readonly number[]
}

async function inTurns(
  few: Installation,
  many: Installation,
  rounds: number,
  sample: (service: Installation) => Promise<readonly number[]>,
): Promise<Compared> {
  const times = { few: [] as number[], many: [] as number[] }
  // What is done for the first time is slower.
  await sample(few)
  await sample(many)
  for (let round = 0; round < rounds; round += 1) {
    // Who comes second meets what the first left to clean up: they take turns at that too.
    if (round % 2 === 0) times.few.push(...(await sample(few)))
    times.many.push(...(await sample(many)))
    if (round % 2 === 1) times.few.push(...(await sample(few)))
  }
  return times
}

function change(name: string, { few, many }: Compared): Measurement {
  const value = (quantile(many, 0.5) / quantile(few, 0.5) - 1) * 100
  return { name: `${name}: change with ${QUEUED} queued`, value, unit: '%', limit: 10 }
}

async function idleOf(service: Installation): Promise<number> {
  // What was started or measured before leaves code to compile and memory to collect.
  await pause(SETTLE_SECONDS * 1000)
  return idleCpuPercent(service, IDLE_SECONDS)
}

function later(): { notBefore: string } {
  return { notBefore: new Date(Date.now() + 3_600_000).toISOString() }
}
