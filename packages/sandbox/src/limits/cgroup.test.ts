import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { hasEnded } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { createCgroups } from './cgroup.ts'
import { defaultLimits } from './sandbox-limits.ts'

const limits = { ...defaultLimits(), processes: 50 }
const groups = await createCgroups(limits)
for (const group of groups) await group[Symbol.asyncDispose]()
const areMade = groups.length > 0

test.runIf(areMade)('enforces what it says, and goes with all that is in it', async () => {
  const made = await createCgroups(limits)
  const directory = dirname(made[0]?.joinFile ?? '')
  const child = spawn('/bin/sleep', ['300'])
  await writeFile(join(directory, 'cgroup.procs'), String(child.pid))
  expect(await readFile(join(directory, 'cgroup.procs'), 'utf8')).toBe(`${child.pid}\n`)
  const ended = once(child, 'exit')
  for (const group of made) await group[Symbol.asyncDispose]()
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(hasEnded(child)).toBe(true)
  expect(existsSync(directory)).toBe(false)
})

test.runIf(areMade)('counts memory and processes once each', async () => {
  await using resources = new AsyncDisposableStack()
  for (const group of await createCgroups(limits)) resources.use(group)
  const made = await createCgroups(limits)
  for (const group of made) resources.use(group)
  const names = made.flatMap(({ inForce }) => inForce.map(({ limit }) => limit))
  expect(new Set(names).size).toBe(names.length)
  expect(made.flatMap(({ inForce }) => inForce)).toContainEqual(
    expect.objectContaining({ limit: 'processes', value: 50 }),
  )
})

test.runIf(areMade)(
  'removes what a worker left that was killed, and nothing of one that lives',
  async () => {
    const [own] = groups
    const around = dirname(dirname(own?.joinFile ?? ''))
    const dead = spawn('/bin/true')
    await once(dead, 'exit')
    const forsaken = join(around, `sleepless-${dead.pid}-test`)
    const kept = join(around, `sleepless-${process.ppid}-test`)
    for (const directory of [forsaken, kept]) await mkdir(directory)
    for (const group of await createCgroups(limits)) await group[Symbol.asyncDispose]()
    expect([forsaken, kept].map((directory) => existsSync(directory))).toEqual([false, true])
    await rmdir(kept)
  },
)
