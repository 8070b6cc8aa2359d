import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'

import { waitFor } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { dieWithParent } from './die-with-parent.ts'

test.runIf(existsSync('/usr/bin/setpriv'))(
  'what it starts ends with the process that started it, however that ends',
  async () => {
    const { file, args } = dieWithParent({ file: '/bin/sleep', args: ['300'] })
    const program = `
      const child = require('node:child_process').spawn(${JSON.stringify(file)},
        ${JSON.stringify(args)}, { detached: true, stdio: 'ignore' })
      console.log(child.pid)
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    await waitFor(() => isAlive(pid), { description: 'the child to start' })
    parent.kill('SIGKILL')
    expect(await waitFor(() => !isAlive(pid), { description: 'the child to end' })).toBe(true)
  },
)

test('a program that cannot be run is left to fail as itself', () => {
  const invocation = { file: '/nonexistent/claude', args: [] }
  expect(dieWithParent(invocation)).toBe(invocation)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
