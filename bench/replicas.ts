import { setTimeout as pause } from 'node:timers/promises'

import { install } from './installation.ts'
import type { Measurement } from './statistics.ts'

const REPLICAS = 16
const JOB_MS = 50
/** For each replica. */
const JOBS = 150
const LOOK_EVERY_MS = 100

/** Sixteen workers, one job at a time each, beside what they would do if nothing but the jobs took time. */
export async function replicas(modelUrl: string): Promise<Measurement[]> {
  await using service = await install('distributed', modelUrl, {
    workers: REPLICAS,
    commands: `job=/bin/sleep ${JOB_MS / 1000}`,
  })
  const { client } = service
  // All are queued before the first one starts, so that what is measured is not the submitting.
  await client.pause()
  const total = REPLICAS * JOBS
  const submissions = Array.from({ length: total }, () => ({
    prompt: 'Sleep.',
    executor: 'command:job',
  }))
  for (let at = 0; at < total; at += 100) {
    await Promise.all(submissions.slice(at, at + 100).map((body) => client.submitTask(body)))
  }
  const begun = performance.now()
  await client.resume()
  // Asked now and then: to follow every event would take a core from what is measured.
  for (const status of ['queued', 'running'] as const) {
    while ((await client.tasks({ status, limit: 1 })).items.length > 0) await pause(LOOK_EVERY_MS)
  }
  const elapsedMs = performance.now() - begun
  const { items } = await client.tasks({ status: 'failed', limit: 1 })
  if (items.length > 0) throw new Error(`a job failed: ${JSON.stringify(items[0]?.failure)}`)
  return [
    { name: `${total} jobs on ${REPLICAS} workers`, value: elapsedMs / 1000, unit: 's' },
    { name: '… each second', value: total / (elapsedMs / 1000), unit: '/s' },
    {
      name: `… of ${REPLICAS} × ${1000 / JOB_MS}/s`,
      value: (JOBS * JOB_MS) / elapsedMs,
      unit: '×',
      floor: 0.75,
    },
  ]
}
