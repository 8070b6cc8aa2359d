import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { temporaryDirectory } from '@sleepless/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { ids } from '../apps/cli/src/compose/ids.ts'
import { defaultPolicy, submit } from '../packages/engine/src/index.ts'
import { systemClock } from '../packages/runtime/src/index.ts'
import { auditDatabase, backUpDatabase, openStore } from '../packages/storage/src/index.ts'
import { startSleepless } from './harness/sleepless.ts'

const DIE_AT_STEP = pathToFileURL(
  fileURLToPath(new URL('harness/die-at-step.mjs', import.meta.url)),
).href
const deps = { clock: systemClock, ids, policy: defaultPolicy(15_000), random: Math.random }

const resources = new AsyncDisposableStack()
let folder: string
let homes = 0

/** A home whose service was killed: of two tasks, the second is in the log of writes alone, and not in the backup. */
beforeAll(async () => {
  folder = resources.use(await temporaryDirectory('sleepless-restore-')).path
  const served = path.join(folder, 'served')
  await mkdir(served)
  const file = path.join(served, 'tasks.db')
  await using store = openStore(file)
  await store.write((tx) => submit(tx, deps, { prompt: 'before the backup' }))
  await backUpDatabase({ file, target: path.join(folder, 'backup.db') })
  await store.write((tx) => submit(tx, deps, { prompt: 'after the backup' }))
  await cp(served, path.join(folder, 'home'), { recursive: true })
})
afterAll(() => resources.disposeAsync())

interface Home {
  readonly path: string
  readonly database: string
  /** @returns the exit code, or the signal that ended it. */
  restore(dieAtStep?: number): Promise<number | string>
}

async function newHome(): Promise<Home> {
  const home = path.join(folder, `home-${(homes += 1)}`)
  await cp(path.join(folder, 'home'), home, { recursive: true })
  return {
    path: home,
    database: path.join(home, 'tasks.db'),
    async restore(dieAtStep) {
      await using process = startSleepless(['restore', path.join(folder, 'backup.db')], {
        SLEEPLESS_HOME: home,
        ...(dieAtStep !== undefined && {
          NODE_OPTIONS: `--import=${DIE_AT_STEP}`,
          DIE_AT_STEP: String(dieAtStep),
        }),
      })
      return await process.exited()
    },
  }
}

const OLD = ['after the backup', 'before the backup']
const RESTORED = ['before the backup']

/** What a service that is started now would find. */
async function promptsIn(database: string): Promise<readonly string[]> {
  expect(existsSync(database)).toBe(true)
  await using store = openStore(database)
  return store.read((tx) => tx.tasks.list({}, { limit: 9 }).map(({ prompt }) => prompt))
}

test('a restore that is killed at any step leaves the old database or the new one, and can be done again', async () => {
  const found: string[] = []
  for (let step = 1; ; step += 1) {
    const home = await newHome()
    const ended = await home.restore(step)
    if (ended === 0) break
    expect(ended).toBe('SIGKILL')
    const prompts = await promptsIn(home.database)
    expect([OLD, RESTORED]).toContainEqual(prompts)
    found.push(prompts.length === OLD.length ? 'old' : 'new')
    expect(auditDatabase(home.database, { states: true })).toMatchObject({ problems: [] })

    expect(await home.restore()).toBe(0)
    expect(await promptsIn(home.database)).toEqual(RESTORED)
    expect(auditDatabase(home.database, { states: true })).toMatchObject({ problems: [] })
    expect(readdirSync(home.path).filter((name) => name.includes('restoring'))).toEqual([])
  }
  // The new one takes the place of the old one once, and for good.
  expect(new Set(found)).toEqual(new Set(['old', 'new']))
  expect(found).toEqual(found.toSorted((one, other) => (one < other ? 1 : -1)))
  expect(found.length).toBeGreaterThan(15)
}, 300_000)
