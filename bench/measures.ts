import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

import type { SubmitTaskBody } from '@sleepless/contracts'

import type { Installation } from './installation.ts'

/** Milliseconds from each request to its 201, one at a time. */
export async function submitTimes(
  { url, token }: Installation,
  count: number,
  fields: Readonly<Record<string, unknown>>,
): Promise<number[]> {
  const times: number[] = []
  const body = JSON.stringify({ prompt: 'Think of a number.', ...fields })
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now()
    const response = await fetch(`${url}/v1/tasks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    })
    await response.arrayBuffer()
    if (response.status !== 201) throw new Error(`expected 201, got ${response.status}`)
    times.push(performance.now() - begun)
  }
  return times
}

/** Milliseconds from a request to the start of its agent's process; waits for the end of the task. */
export async function startTime(service: Installation): Promise<number> {
  const elapsedMs = await startOf(service, { prompt: 'Think of a number.', priority: 100 })
  // What an attempt leaves to clean up is not part of the next one's start.
  await pause(300)
  return elapsedMs
}

/** The same for a command that a worker runs. */
export async function commandStartTime(service: Installation, executor: string): Promise<number> {
  const elapsedMs = await startOf(service, { prompt: 'Run.', executor })
  await pause(20)
  return elapsedMs
}

async function startOf({ client }: Installation, body: SubmitTaskBody): Promise<number> {
  const begunAt = Date.now()
  const { id } = await client.submitTask(body)
  let startedAt = Number.NaN
  for await (const event of client.events({ after: 0, taskId: id })) {
    if (event.type === 'attempt.started') startedAt = Date.parse(event.at)
    if (event.type.startsWith('task.') && event.type !== 'task.submitted') break
  }
  return startedAt - begunAt
}

const TICKS_PER_SECOND = 100

/** Share of one core that a process uses while nothing happens, in percent. */
export async function idleCpuPercent(
  { pid }: Pick<Installation, 'pid'>,
  seconds: number,
): Promise<number> {
  const before = await cpuTicks(pid)
  await pause(seconds * 1000)
  return (((await cpuTicks(pid)) - before) / TICKS_PER_SECOND / seconds) * 100
}

export async function residentMegabytes({ pid }: Pick<Installation, 'pid'>): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

/** The most that a process has had in memory since its start. */
export async function peakMegabytes({ pid }: Pick<Installation, 'pid'>): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

async function cpuTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name of the program, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** How often the threads of a process are woken each second. */
export async function wakeUpsPerSecond(pid: number, seconds: number): Promise<number> {
  const before = await wakeUps(pid)
  await pause(seconds * 1000)
  return ((await wakeUps(pid)) - before) / seconds
}

async function wakeUps(pid: number): Promise<number> {
  let sum = 0
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8')
    sum += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1])
  }
  return sum
}
