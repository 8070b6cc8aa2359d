import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { waitFor } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { isAlive } from '../fixtures/bench.ts'
import { createGuard } from './guard.ts'

const sources = fileURLToPath(new URL('.', import.meta.url))

/** Starts a process with a child and a grandchild in another session, and names their pids. */
const program = `
  import { spawn } from 'node:child_process'
  import { createGuard } from '${sources}guard.ts'
  const guard = createGuard()
  guard.watch()
  guard.watch()
  const [name, value] = guard.marker('run')
  const script = 'setsid sleep 300 & echo $$ $!; exec sleep 300'
  spawn('/bin/sh', ['-c', script], {
    detached: true,
    env: { PATH: process.env.PATH, [name]: value },
    stdio: ['ignore', 'inherit', 'ignore'],
  })
  setInterval(() => {}, 1000)`

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'what bears the mark ends with the process that made it, by %s',
  async (signal) => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pids = line.toString().trim().split(' ').map(Number)
    await waitFor(() => pids.every(isAlive), { description: 'both to start' })
    parent.kill(signal)
    await waitFor(() => !pids.some(isAlive), { description: 'both to end' })
    expect(pids).toHaveLength(2)
  },
)

test('git is asked to end first, and ended when it does not listen', async () => {
  const script = (trap: string): string =>
    `trap '${trap}' TERM; echo $$; while :; do sleep 0.01; done`
  const parents = ['echo asked; exit', 'echo asked'].map((trap) => {
    const source = `
      import { spawn } from 'node:child_process'
      import { guardedGit } from '${sources}guard.ts'
      spawn('/bin/sh', ['-c', ${JSON.stringify(script(trap))}], {
        detached: true,
        env: { PATH: process.env.PATH, ...guardedGit() },
        stdio: ['ignore', 'inherit', 'ignore'],
      })
      setInterval(() => {}, 1000)`
    return spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  })
  const said = await Promise.all(
    parents.map(async (parent) => {
      const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]()
      const pid = Number((await lines.next()).value)
      parent.kill('SIGKILL')
      const { value } = await lines.next()
      await waitFor(() => !isAlive(pid), { description: 'git to end' })
      return value
    }),
  )
  expect(said).toEqual(['asked', 'asked'])
})

test('a process with nothing else to do is not kept from ending', async () => {
  const idle = program.split('const [name')[0] ?? ''
  const parent = spawn(process.execPath, ['--input-type=module', '-e', idle], { stdio: 'inherit' })
  expect(await once(parent, 'exit')).toEqual([0, null])
})

test('the runs of one process differ in their mark, and those of two all the more', () => {
  const guard = createGuard()
  const marks = [guard.marker('a'), guard.marker('b'), createGuard().marker('a')].map(String)
  expect(new Set(marks).size).toBe(3)
})
