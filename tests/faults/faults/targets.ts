import type { SeededRandom } from '@sleepless/testing'
import { waitFor } from '@sleepless/testing'

import type { Stack, WorkerPart } from '../stack/stack.ts'
import type { RunningAttempt } from '../watch/event-watch.ts'

const PATIENCE_MS = 4000

/** Attempts that run on a worker now, as far as was heard. */
export function attemptsOn({ watch }: Stack, { service }: WorkerPart): readonly RunningAttempt[] {
  return watch.running().filter(({ workerId }) => {
    const pid = /:(\d+)$/.exec(watch.workerNames.get(workerId) ?? '')?.[1]
    return Number(pid) === service.pid
  })
}

/** A worker that runs something; any, when none does for four seconds. */
export async function busyWorker(stack: Stack, random: SeededRandom): Promise<WorkerPart> {
  const [first, ...others] = stack.workers
  if (first === undefined) throw new Error('the stack has no workers')
  const found = await waitFor(
    () => {
      const [busy, ...more] = stack.workers.filter((worker) => attemptsOn(stack, worker).length > 0)
      return busy === undefined ? undefined : random.pick([busy, ...more])
    },
    { description: 'a worker to be busy', timeoutMs: PATIENCE_MS },
  ).catch(() => undefined)
  return found ?? random.pick([first, ...others])
}
