import { setTimeout as pause } from 'node:timers/promises'

import type { Violation } from '../check/evidence.ts'
import type { Stack, WorkerPart } from '../stack/stack.ts'
import { attemptProcesses } from '../watch/process-evidence.ts'
import type { Fault } from './fault.ts'
import { attemptsOn, busyWorker } from './targets.ts'

/** The kernel takes milliseconds; the rest is for a machine under load. */
const CHILDREN_LIMIT_MS = 1000

export const killApi: Fault = {
  name: 'kill-api',
  row: 1,
  title: 'kill -9 api under load',
  async inject({ stack }) {
    await stack.api.stop('SIGKILL')
    stack.api.start()
  },
}

export const killScheduler: Fault = {
  name: 'kill-scheduler',
  row: 2,
  title: 'kill -9 one of two schedulers, which stays away until the end of the run',
  async inject({ stack, random }) {
    const [first, ...others] = stack.schedulers
    if (first === undefined) return
    await random.pick([first, ...others]).stop('SIGKILL')
  },
}

export const killWorker: Fault = {
  name: 'kill-worker',
  row: 3,
  title: 'kill -9 a worker in the middle of tasks, which stays away until the end of the run',
  async inject({ stack, random }) {
    const worker = await busyWorker(stack, random)
    const orphans = agentsOf(stack, worker)
    await worker.service.stop('SIGKILL')
    const violations = await survivors(stack, orphans)
    return () => violations
  },
}

export const killAll: Fault = {
  name: 'kill-all',
  row: 4,
  title: 'kill -9 all services at once, and start them again',
  async inject({ stack }) {
    await Promise.all(stack.services.map((service) => service.stop('SIGKILL')))
    for (const service of stack.services) service.start()
  },
}

function agentsOf(stack: Stack, worker: WorkerPart): ReadonlySet<number> {
  const ids = new Set(attemptsOn(stack, worker).map(({ attemptId }) => attemptId))
  const found = attemptProcesses(stack.places.root, pidsOf(stack))
  return new Set(found.filter(({ attemptId }) => ids.has(attemptId)).map(({ pid }) => pid))
}

async function survivors(
  stack: Stack,
  orphans: ReadonlySet<number>,
): Promise<readonly Violation[]> {
  const giveUpMs = performance.now() + CHILDREN_LIMIT_MS
  for (;;) {
    const alive = attemptProcesses(stack.places.root, pidsOf(stack)).filter(({ pid }) =>
      orphans.has(pid),
    )
    if (alive.length === 0) return []
    if (performance.now() > giveUpMs) {
      return alive.map(({ pid, command }) => ({
        kind: 'other',
        message: `process ${pid} outlives its worker by a second: ${command}`,
      }))
    }
    await pause(20)
  }
}

function pidsOf({ services }: Stack): ReadonlySet<number> {
  return new Set(services.flatMap(({ pids }) => [...pids]))
}
