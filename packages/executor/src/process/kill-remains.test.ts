import { spawn } from 'node:child_process'

import { waitFor } from '@sleepless/testing'
import { expect, onTestFinished, test } from 'vitest'

import { isAlive } from '../fixtures/bench.ts'
import { createGuard } from './guard.ts'
import { killRemains } from './kill-remains.ts'

/** As another process would have started it. */
function remnant(runId: string): number {
  const [name, value] = createGuard().marker(runId)
  const child = spawn('/bin/sleep', ['300'], { env: { [name]: value }, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? Number.NaN
}

test('what bears the name of a run is killed, and nothing else', async () => {
  const [one, other, third] = [remnant('att_1'), remnant('att_2'), remnant('att_11')]
  await waitFor(() => [one, other, third].every(isAlive), { description: 'all to run' })
  await killRemains(['att_1', 'att_2'])
  expect([one, other, third].map(isAlive)).toEqual([false, false, true])
})
