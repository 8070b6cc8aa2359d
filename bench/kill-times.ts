import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import { createCommandExecutor } from '@sleepless/executor'
import { temporaryDirectory } from '@sleepless/testing'

import { runOnce } from './agent-order.ts'

const ROUNDS = 5
const KILL_GRACE_MS = 300
const CHILDREN = 30

/** A tree in which nobody listens to SIGTERM, half of it in sessions of their own. */
const SCRIPT = `#!/bin/sh
trap '' TERM
for child in $(seq ${CHILDREN / 2}); do sleep 300 & setsid sleep 300 & done
echo ready
wait`

/** Milliseconds from the last step of the ladder, SIGKILL, until all processes are known to be gone. */
export async function killTimes(): Promise<number[]> {
  await using directory = await temporaryDirectory('sleepless-bench-')
  const file = path.join(directory.path, 'program')
  await writeFile(file, SCRIPT, { mode: 0o755 })
  const executor = createCommandExecutor({ name: 'tree', file, killGraceMs: KILL_GRACE_MS })
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const stop = new AbortController()
    let stoppedAtMs = Number.NaN
    await runOnce(executor, stop.signal, () => {
      if (stop.signal.aborted) return
      stoppedAtMs = performance.now()
      stop.abort()
    })
    times.push(performance.now() - stoppedAtMs - KILL_GRACE_MS)
  }
  return times
}
