import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import {
  createScriptedModel,
  holdUntil,
  temporaryDirectory,
  textTurn,
  waitFor,
} from '@sleepless/testing'

import { install, type Installation } from './installation.ts'
import { peakMegabytes, residentMegabytes, startTime } from './measures.ts'

const ATTEMPTS = 16
const OUTPUT_BYTES = 50_000_000
const SETTLE_MS = 5000
const PATIENCE_MS = 600_000

export interface AttemptMemory {
  readonly attempts: number
  readonly idleMb: number
  readonly eachMb: number
}

/** What a worker takes for each real agent that runs, and waits for its model. */
export async function attemptMemory(): Promise<AttemptMemory> {
  const gate = Promise.withResolvers<void>()
  await using model = await createScriptedModel({
    scripts: [{ when: /hold/, turns: [holdUntil(gate.promise, textTurn('Released.'))] }],
    script: [textTurn('Seven.')],
  })
  await using service = await install('distributed', model.url, { concurrency: ATTEMPTS })
  const worker = { pid: service.pids['worker'] ?? 0 }
  await startTime(service)
  await pause(SETTLE_MS)
  const idleMb = await residentMegabytes(worker)
  const ended = submitAll(service, { prompt: 'hold' })
  const held = (): number => model.requests.filter(({ prompt }) => /hold/.test(prompt)).length
  await waitFor(() => held() >= ATTEMPTS, {
    description: 'all agents to ask their model',
    timeoutMs: PATIENCE_MS,
  })
  await pause(SETTLE_MS)
  const runningMb = await residentMegabytes(worker)
  gate.resolve()
  await ended
  return { attempts: ATTEMPTS, idleMb, eachMb: (runningMb - idleMb) / ATTEMPTS }
}

/** @returns the most that a worker had in memory while so many programs printed so much, in MB. */
export async function outputMemory(): Promise<number> {
  await using directory = await temporaryDirectory('sleepless-bench-')
  const file = path.join(directory.path, 'flood')
  const line = 'All of this is output, and somebody may want to read it later on.'
  await writeFile(file, `#!/bin/sh\nyes '${line}' | head -c ${OUTPUT_BYTES}\n`, { mode: 0o755 })
  await using service = await install('distributed', 'http://127.0.0.1:9', {
    concurrency: ATTEMPTS,
    commands: `flood=${file}`,
  })
  await submitAll(service, { prompt: 'Flood.', executor: 'command:flood' })
  return peakMegabytes({ pid: service.pids['worker'] ?? 0 })
}

/** Submits as many as there are slots, and waits for all to succeed. */
async function submitAll(
  { client }: Installation,
  body: Parameters<Installation['client']['submitTask']>[0],
): Promise<void> {
  const tasks = await Promise.all(Array.from({ length: ATTEMPTS }, () => client.submitTask(body)))
  for (const { id } of tasks) {
    const ended = await waitFor(
      async () => {
        const task = await client.task(id)
        return task.finishedAt !== null && task
      },
      { description: `task ${id} to end`, timeoutMs: PATIENCE_MS },
    )
    if (ended.status !== 'succeeded') throw new Error(`task ${id} ended as ${ended.status}`)
  }
}
