import { waitFor } from '@sleepless/testing'

import { CRASH_POINTS, nameOf, type CrashPoint } from '../composition/crash-points.ts'
import { plainTask } from '../load/task-mix.ts'
import type { Service } from '../stack/service.ts'
import type { Stack } from '../stack/stack.ts'
import type { Fault, FaultContext } from './fault.ts'

/** So many runs visit every point. */
const RUNS_FOR_ALL = 20
const PER_RUN = Math.ceil(CRASH_POINTS.length / RUNS_FOR_ALL)
const VISIT_LIMIT_MS = 30_000

/** Points at which a process has died, in this program's life. */
export const visitedPoints = new Set<string>()

export const crashPoint: Fault = {
  name: 'crash-point',
  row: 5,
  title: 'a service dies just before or after something lasts',
  async inject(context) {
    for (let index = 0; index < PER_RUN; index += 1) {
      const next = (context.runIndex * PER_RUN + index) % CRASH_POINTS.length
      const point = CRASH_POINTS[next]
      if (point !== undefined) await dieAt(context, point)
    }
  },
}

/** What brings a ledger to light that is not there: the push is done, and nobody was told. */
export const dieAfterPush: Fault = {
  name: 'die-after-push',
  row: 5,
  title: 'a worker dies when it has pushed, before it has said so',
  inject: (context) =>
    dieAt(context, { service: 'worker', place: 'call:completeEffect', side: 'before' }),
}

async function dieAt(context: FaultContext, point: CrashPoint): Promise<void> {
  const { stack, random, runId, submit } = context
  const name = nameOf(point)
  const targets = targetsOf(stack, point)
  for (const service of targets) {
    // A worker comes by only as often as it gets tasks.
    const times = point.service === 'worker' ? 1 : 1 + random.below(2)
    stack.vary(service, { crashAt: `${name}@${times}` })
    await service.stop('SIGKILL')
  }
  const joined = stack.watch.workerNames.size
  const pids = new Map(targets.map((service) => [service, service.pid]))
  for (const service of targets) {
    service.start()
    // The next start is one of the shipped program.
    stack.vary(service, undefined)
    pids.set(service, service.pid)
  }
  if (point.service === 'worker') await haveJoined(stack, joined + targets.length)
  // Enough of every kind that each place is come by.
  const tasks = [0, 1, 2, 3].map((index) =>
    submit(
      plainTask(`${runId}-${point.side}-${point.place.replaceAll(/\W/g, '')}-${index}`, {
        isSerious: true,
        executor: 'claude',
      }),
    ),
  )
  const hasDied = (): boolean => [...pids].some(([service, pid]) => service.pid !== pid)
  const died = await waitFor(hasDied, {
    description: `a process to die at ${name}`,
    timeoutMs: VISIT_LIMIT_MS,
  }).catch(() => false)
  if (died) visitedPoints.add(name)
  await Promise.all(tasks)
  // Those that did not come by go on as what is shipped.
  for (const [service, pid] of pids) {
    if (service.pid === pid) await service.stop('SIGKILL')
    service.start()
  }
}

/** Else those that were not started anew would take all the tasks. */
async function haveJoined({ watch }: Stack, count: number): Promise<void> {
  await waitFor(() => watch.workerNames.size >= count, {
    description: 'the workers to join',
    timeoutMs: VISIT_LIMIT_MS,
  }).catch(() => undefined)
}

/** All that could come by: which scheduler leads, and which worker gets a task, is not ours to say. */
function targetsOf(stack: Stack, { service }: CrashPoint): readonly Service[] {
  if (service === 'api') return [stack.api]
  if (service === 'scheduler') return stack.schedulers
  return stack.workers.slice(0, 2).map((worker) => worker.service)
}
