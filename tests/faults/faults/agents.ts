import { setTimeout as pause } from 'node:timers/promises'

import { waitFor } from '@sleepless/testing'

import type { Violation } from '../check/evidence.ts'
import { plainTask } from '../load/task-mix.ts'
import type { Stack } from '../stack/stack.ts'
import { effectsOf } from '../watch/collect.ts'
import { attemptProcesses, residentBytes } from '../watch/process-evidence.ts'
import type { Fault } from './fault.ts'

const MEBIBYTE = 2 ** 20
const FLOOD = { usual: 100 * MEBIBYTE, full: 1024 * MEBIBYTE }
/** What a flood may cost the memory of a worker. */
const FLOOD_LIMIT_BYTES = 50 * MEBIBYTE
const HANG_LIMIT_MS = 2000
/** How often a worker dies of one task. */
const POISONINGS = 5

export const killAgent: Fault = {
  name: 'kill-agent',
  row: 6,
  title: "kill -9 a task's own process",
  tolerates: ['AGENT_CRASHED'],
  async inject({ stack }) {
    const services = new Set(stack.services.flatMap(({ pids }) => [...pids]))
    const [victim] = await waitFor(
      () => {
        const found = attemptProcesses(stack.places.root, services)
        return found.length > 0 && found
      },
      { description: 'an agent to run', timeoutMs: 5000 },
    ).catch(() => [])
    if (victim !== undefined) kill(victim.pid)
  },
}

export const agentExits: Fault = {
  name: 'agent-exits-137',
  row: 6,
  title: "a task's own process ends with 137",
  tolerates: ['AGENT_CRASHED', 'OUT_OF_MEMORY'],
  async inject({ runId, submit }) {
    await submit(plainTask(`${runId}-exits`, { executor: 'command', mode: 'exit-137' }))
  },
}

export const agentHangs: Fault = {
  name: 'agent-hangs',
  row: 6,
  title: "a task's own process hangs, and is stopped at its limit",
  async inject({ runId, submit }) {
    const token = `${runId}-hangs`
    await submit(
      plainTask(token, {
        executor: 'command',
        mode: 'hang',
        timeoutMs: HANG_LIMIT_MS,
        expects: ['failed'],
      }),
    )
    return ({ submissions, tasks }) => {
      const id = submissions.find((one) => one.token === token)?.taskId ?? ''
      const code = tasks.get(id)?.failureCode
      if (code === 'TIMED_OUT') return []
      return [{ kind: 'other', message: `${id} hung, and is ${code ?? 'not failed'}` }]
    }
  },
}

export const agentFloods: Fault = {
  name: 'agent-floods',
  row: 6,
  title: "a task's own process floods its output",
  // Its output stays on the small disk of the stack.
  weight: 15,
  tolerates: ['OUTPUT_TOO_LARGE'],
  async inject({ stack, runId, settings, submit }) {
    const before = stack.workers.map(({ service }) => residentBytes(service.pid))
    const token = `${runId}-floods`
    const bytes = settings.isFull ? FLOOD.full : FLOOD.usual
    await submit(plainTask(token, { executor: 'command', mode: 'flood', holdMs: bytes }))
    let worst = 0
    const isOver = (): boolean => {
      const now = stack.workers.map(({ service }) => residentBytes(service.pid))
      worst = Math.max(worst, ...now.map((size, index) => size - (before[index] ?? 0)))
      return effectsOf(stack, runId).some((line) => line.token === token && line.step === 'acted')
    }
    await waitFor(isOver, { description: 'the flood to end', timeoutMs: 60_000 }).catch(
      () => undefined,
    )
    const grown = `${Math.round(worst / MEBIBYTE)} MiB`
    const violations: readonly Violation[] =
      worst <= FLOOD_LIMIT_BYTES
        ? []
        : [{ kind: 'other', message: `a flood made a worker grow by ${grown}` }]
    return () => violations
  },
}

export const poison: Fault = {
  name: 'poison',
  row: 7,
  title: 'a task that kills its worker each time',
  async inject({ stack, runId, submit }) {
    const token = `${runId}-poison`
    const holdMs = 600_000
    const taskId = await submit(
      plainTask(token, { executor: 'command', holdMs, priority: 100, expects: ['failed'] }),
    )
    const killed = new Set<string>()
    const giveUpMs = performance.now() + 60_000
    while (killed.size < POISONINGS && performance.now() < giveUpMs) {
      const next = nextVictim(stack, { runId, token, killed })
      if (next !== undefined) {
        killed.add(next.attemptId)
        next.kill()
      }
      if (hasFailed(stack, taskId)) break
      await pause(50)
    }
  },
}

function nextVictim(
  stack: Stack,
  given: { readonly runId: string; readonly token: string; readonly killed: ReadonlySet<string> },
): { readonly attemptId: string; kill(): void } | undefined {
  const began = effectsOf(stack, given.runId).find(
    ({ token, step, attemptId }) =>
      token === given.token && step === 'began' && !given.killed.has(attemptId),
  )
  const running = stack.watch.running().find(({ attemptId }) => attemptId === began?.attemptId)
  if (running === undefined) return undefined
  const pid = Number(/:(\d+)$/.exec(stack.watch.workerNames.get(running.workerId) ?? '')?.[1])
  return { attemptId: running.attemptId, kill: () => kill(pid) }
}

function hasFailed({ watch }: Stack, id: string): boolean {
  return watch.events.some(({ type, taskId }) => type === 'task.failed' && taskId === id)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
