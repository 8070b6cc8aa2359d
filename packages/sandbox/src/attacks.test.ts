import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { getuid } from 'node:process'
import { fileURLToPath } from 'node:url'

import { ensureProgram, waitFor } from '@sleepless/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Answer, Request } from './fixtures/attack-worker.ts'
import { ATTACKS } from './fixtures/attacks.ts'
import { countOf, newMark } from './fixtures/clinging.ts'

/** Has a descriptor that it was given, and its secret in its environment. */
const WORKER = fileURLToPath(new URL('fixtures/attack-worker.ts', import.meta.url))
// Nobody's.
const OTHER_USER = 23_456
const ROOT = 0
const users = getuid?.() === ROOT ? [ROOT, OTHER_USER] : [getuid?.() ?? OTHER_USER]

beforeAll(async () => {
  await ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' })
  await ensureProgram({ program: 'perl', debianPackage: 'perl-base' })
})

describe.each(users)('from inside, where the worker is user %i, somebody tries to', (user) => {
  let worker: ChildProcess

  const ask = async (request: Request): Promise<string> => {
    const answered = once(worker, 'message')
    worker.send(request)
    const [answer] = (await answered) as [Answer]
    return answer.printed
  }

  beforeAll(async () => {
    const program = [process.execPath, '--conditions=source', WORKER]
    worker = spawn('/bin/bash', ['-c', 'exec 200< /etc/hostname "$@"', 'bash', ...program], {
      env: { BAIT: 'SECRET-0123456789' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    // As root it loads what another user may not be able to read.
    const became = await ask({ become: user })
    if (became !== String(user)) throw new Error(`the worker became ${became}`)
  })
  afterAll(() => void worker.kill('SIGKILL'))

  test.each(ATTACKS)('$name', async ({ name, inside }) => {
    expect(taken(await ask({ attack: name, where: 'inside' }), inside)).toBe(inside)
  })

  test.each(ATTACKS.filter(({ outside }) => outside !== undefined))(
    '$name: on the host it works',
    async ({ name, outside = '' }) => {
      expect(taken(await ask({ attack: name, where: 'outside' }), outside)).toBe(outside)
    },
  )

  // The last, for there is no worker after it.
  test('outlive the worker', async () => {
    const mark = newMark()
    const [said, folder = ''] = (await ask({ hold: mark })).split(' ')
    expect(said).toBe('ready')
    expect(countOf(mark)).toBe(3)
    worker.kill('SIGKILL')
    await waitFor(() => countOf(mark) === 0, { description: 'everybody to end' })
    await rm(folder, { recursive: true })
  })
})

/** @returns the pattern itself for what matches it, and else what was printed, for the message. */
function taken(printed: string, expected: string | RegExp): string | RegExp {
  return expected instanceof RegExp && expected.test(printed) ? expected : printed
}
