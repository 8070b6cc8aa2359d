import { setTimeout as pause } from 'node:timers/promises'

import { waitFor, type ProxyDirection, type TcpProxy } from '@sleepless/testing'

import { plainTask } from '../load/task-mix.ts'
import type { WorkerPart } from '../stack/stack.ts'
import type { Fault, FaultContext } from './fault.ts'
import { attemptsOn, busyWorker } from './targets.ts'

type Way = 'one-way' | 'both-ways'

/** What is between the worker and the rest, and how it is broken. */
function partition(way: Way, leases: number): Fault {
  return {
    name: `partition-${leases}x-${way}`,
    row: 14,
    title: `a worker is cut off ${way} for ${leases} × lease`,
    async inject({ stack, random, settings }) {
      const worker = await busyWorker(stack, random)
      const links = random.pick<readonly TcpProxy[]>([
        [worker.toApi],
        [worker.toRedis],
        [worker.toApi, worker.toRedis],
      ])
      const how = howToCut(way, random)
      await Promise.all(links.map((link) => cut(link, how)))
      await pause(leases * settings.leaseMs)
      await Promise.all(links.map((link) => link.heal()))
    },
  }
}

type Cut = ProxyDirection | 'refused'

function howToCut(way: Way, random: FaultContext['random']): Cut {
  return way === 'one-way' ? random.pick(['sent', 'received']) : random.pick(['both', 'refused'])
}

async function cut(link: TcpProxy, how: Cut): Promise<void> {
  if (how === 'refused') await link.refuse()
  else link.pause(how)
}

export const partitions: readonly Fault[] = [
  partition('one-way', 1),
  partition('both-ways', 1),
  partition('one-way', 5),
  partition('both-ways', 5),
]

/** How long the tasks of the cut-off worker run: until another one runs them too, and longer. */
const LONG_LEASES = 6

export const healWhileBothRun: Fault = {
  name: 'heal-while-both-run',
  row: 15,
  title: 'a partition heals while both attempts of a task run',
  async inject(context) {
    const { stack, random, settings, runId, submit } = context
    const holdMs = LONG_LEASES * settings.leaseMs
    for (let index = 0; index < 3; index += 1) {
      const executor = index === 0 ? 'claude' : 'command'
      await submit(plainTask(`${runId}-long-${index}`, { executor, holdMs, priority: 100 }))
    }
    await pause(SETTLE_MS)
    const worker = await busyWorker(stack, random)
    await untilRunElsewhere(context, worker)
    await worker.toApi.heal()
  },
}

const SETTLE_MS = 500

async function untilRunElsewhere(
  { stack, settings }: FaultContext,
  worker: WorkerPart,
): Promise<void> {
  const tasks = new Set(attemptsOn(stack, worker).map(({ taskId }) => taskId))
  const since = stack.watch.lastId
  worker.toApi.pause('both')
  await waitFor(
    () =>
      stack.watch.events.some(
        ({ id, type, taskId }) =>
          id > since && type === 'attempt.claimed' && taskId !== null && tasks.has(taskId),
      ),
    { description: 'another worker to take over', timeoutMs: 10 * settings.leaseMs },
  ).catch(() => undefined)
}
