import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { workerId, type WorkerId } from '@sleepless/domain'
import { createLogger } from '@sleepless/runtime'
import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

import { openJournalFolder, type JournalFolder } from './journal-folder.ts'

const logger = createLogger({ service: 'worker', level: 'silent' })
const idOf = (n: number): WorkerId =>
  workerId(`wrk_01900000-0000-7000-8000-${String(n).padStart(12, '0')}`)

async function root(): Promise<string> {
  const directory = await temporaryDirectory('sleepless-journals-')
  onTestFinished(() => directory[Symbol.asyncDispose]())
  // Longer than the path of a socket may be.
  const deep = path.join(directory.path, 'x'.repeat(100))
  await mkdir(deep)
  return deep
}

async function opened(at: string, n: number): Promise<JournalFolder> {
  const folder = await openJournalFolder(at, idOf(n), logger)
  onTestFinished(async () => {
    await folder[Symbol.asyncDispose]()
  })
  return folder
}

interface OtherProcess {
  signal(name: NodeJS.Signals): void
  kill(): Promise<void>
}

/** A worker process, as far as its journals go, with one attempt in hand. */
async function otherProcess(at: string, n: number): Promise<OtherProcess> {
  const main = fileURLToPath(new URL('../fixtures/journal-owner-main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, at, idOf(n)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  await once(child.stdout, 'data')
  return { signal: (name) => child.kill(name), kill }
}

describe('the journals of a worker', () => {
  test('are its own while it lives, also while it is frozen', async () => {
    const at = await root()
    const other = await otherProcess(at, 1)
    const folder = await opened(at, 2)
    expect(await folder.inherit()).toEqual([])
    other.signal('SIGSTOP')
    expect(await folder.inherit()).toEqual([])
    other.signal('SIGCONT')
  })

  test('go to one other worker when it is killed', async () => {
    const at = await root()
    const other = await otherProcess(at, 1)
    const folders = await Promise.all([2, 3, 4, 5].map((n) => opened(at, n)))
    await other.kill()
    const inherited = await Promise.all(folders.map((folder) => folder.inherit()))
    const all = inherited.flat()
    expect(all.map(({ workerId: dead }) => dead)).toEqual([idOf(1)])
    expect(await readdir(all[0]?.path ?? '')).toContain(
      'att_01900000-0000-7000-8000-000000000001.1.journal',
    )
  })

  test('go on to the next when the heir dies over them', async () => {
    const at = await root()
    await (await otherProcess(at, 1)).kill()
    const heir = await opened(at, 2)
    expect(await heir.inherit()).toHaveLength(1)
    await heir[Symbol.asyncDispose]()
    const next = await opened(at, 3)
    await next.inherit()
    const all = await next.inherit()
    expect(all.map(({ workerId: dead }) => dead).toSorted()).toEqual([idOf(1), idOf(2)])
  })

  test('leave nothing behind when there is nothing in them', async () => {
    const at = await root()
    const folder = await opened(at, 1)
    expect((await stat(path.join(at, idOf(1)))).mode & 0o777).toBe(0o700)
    await folder[Symbol.asyncDispose]()
    expect(await readdir(at)).toEqual([])
  })

  test('of one that stops are no trouble to it when another looks for dead ones just then', async () => {
    const at = await root()
    const other = await opened(at, 1)
    for (let round = 2; round < 60; round++) {
      const folder = await opened(at, round)
      const stopping = new AbortController()
      const looking = (async () => {
        while (!stopping.signal.aborted) await other.inherit()
      })()
      await folder[Symbol.asyncDispose]()
      stopping.abort()
      await looking
    }
    expect(await readdir(at)).toEqual([idOf(1)])
  })
})
