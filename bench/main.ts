import { answerScript, createScriptedModel } from '@sleepless/testing'

import { install } from './installation.ts'
import { idleCpuPercent, residentMegabytes, startTimes, submitTimes } from './measures.ts'
import { lineOf, quantile, type Measurement } from './statistics.ts'

const SUBMITS = 300
const STARTS = 20
const QUEUED = 1000
const IDLE_SECONDS = 20

const hourAhead = (): string => new Date(Date.now() + 3_600_000).toISOString()

// oxlint-disable-next-line no-console -- what this program is for
const print = (text: string): void => console.log(text)

await using model = await createScriptedModel({ script: answerScript('Seven.') })

for (const mode of ['standalone', 'distributed'] as const) {
  print(`\n${mode}`)
  for (const measurement of await measure(mode)) print(lineOf(measurement))
}

async function measure(mode: 'standalone' | 'distributed'): Promise<Measurement[]> {
  await using service = await install(mode, model.url)
  const later = { notBefore: hourAhead() }
  await submitTimes(service, 50, later)
  await startTimes(service, 2)
  const idle = await submitTimes(service, SUBMITS, later)
  const started = await startTimes(service, STARTS)
  const cpu = await idleCpuPercent(service, IDLE_SECONDS)
  const memory = await residentMegabytes(service)

  await submitTimes(service, QUEUED, later)
  const loaded = await submitTimes(service, SUBMITS, later)
  const startedLoaded = await startTimes(service, STARTS)
  const cpuLoaded = await idleCpuPercent(service, IDLE_SECONDS)
  const process = mode === 'standalone' ? 'up' : 'api'
  return [
    { name: 'submit → 201, p50', value: quantile(idle, 0.5), unit: 'ms' },
    { name: 'submit → 201, p99', value: quantile(idle, 0.99), unit: 'ms', limit: 20 },
    { name: 'submit → agent started, p50', value: quantile(started, 0.5), unit: 'ms', limit: 150 },
    { name: 'submit → agent started, p99', value: quantile(started, 0.99), unit: 'ms', limit: 500 },
    { name: `idle ${process}, of a core`, value: cpu, unit: '%', limit: 1 },
    { name: `idle ${process}, memory`, value: memory, unit: 'MB', limit: 200 },
    ...beside('submit → 201, p50', quantile(idle, 0.5), quantile(loaded, 0.5)),
    ...beside('submit → agent started, p50', quantile(started, 0.5), quantile(startedLoaded, 0.5)),
    { name: `idle ${process} with ${QUEUED} queued`, value: cpuLoaded, unit: '%', limit: 1 },
  ]
}

/** A figure with many tasks queued, and its change against the same figure with few. */
function beside(name: string, few: number, many: number): Measurement[] {
  const change = (many / few - 1) * 100
  return [
    { name: `${name}, with ${QUEUED} queued`, value: many, unit: 'ms' },
    { name: `${name}, change`, value: change, unit: '%', limit: 10 },
  ]
}
