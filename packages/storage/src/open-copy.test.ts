import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import BetterSqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'

import { newTask } from './fixtures/rows.ts'
import { openStoreCopy } from './open-copy.ts'
import { openStore } from './store.ts'

/** Names, contents and times of all files below a folder. */
function pictureOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const file = path.join(folder, name)
      const { mtimeMs, size } = statSync(file)
      const isFile = statSync(file).isFile()
      const hash = isFile ? createHash('sha256').update(readFileSync(file)).digest('hex') : ''
      return `${name} ${mtimeMs} ${size} ${hash}`
    })
}

interface Left {
  /** Holds `tasks.db` with the tasks 1 and 2, as a service has left it. */
  readonly home: string
  readonly file: string
}

/** @param how `stopped`: all is in the database; `killed`: the second task is in the log of writes alone. */
async function leave(folder: string, how: 'stopped' | 'killed'): Promise<Left> {
  const live = path.join(folder, 'live')
  const home = path.join(folder, 'home')
  for (const made of [live, home]) mkdirSync(made)
  {
    await using store = openStore(path.join(live, 'tasks.db'))
    await store.write((tx) => tx.tasks.insert(newTask(1)))
  }
  await using store = openStore(path.join(live, 'tasks.db'))
  await store.write((tx) => tx.tasks.insert(newTask(2)))
  // A copy of the files of one that has them open is what a kill leaves.
  if (how === 'stopped') await store[Symbol.asyncDispose]()
  for (const name of readdirSync(live)) copyFileSync(path.join(live, name), path.join(home, name))
  return { home, file: path.join(home, 'tasks.db') }
}

function idsIn(file: string, scratch: string): readonly string[] {
  using copy = openStoreCopy(file, scratch)
  return copy.read((tx) => tx.tasks.list({}, { limit: 10 })).map(({ id }) => id)
}

const both = [newTask(2).id, newTask(1).id]

describe.each(['stopped', 'killed'] as const)('of a service that was %s', (how) => {
  test('all is read, and nothing is changed or made', async () => {
    await using directory = await temporaryDirectory()
    const { home, file } = await leave(directory.path, how)
    expect(existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0).toBe(how === 'killed')
    const before = pictureOf(home)
    const scratch = path.join(directory.path, 'scratch')
    expect(idsIn(file, scratch)).toEqual(both)
    expect(pictureOf(home)).toEqual(before)
    expect(readdirSync(scratch)).toEqual([])
  })

  test('the same across file systems', async () => {
    await using directory = await temporaryDirectory()
    const { home, file } = await leave(directory.path, how)
    const before = pictureOf(home)
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'sleepless-scratch-'))
    try {
      expect(idsIn(file, elsewhere)).toEqual(both)
      expect(pictureOf(home)).toEqual(before)
      expect(readdirSync(elsewhere)).toEqual([])
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  })
})

test('a log that is read goes on to be good for the service', async () => {
  await using directory = await temporaryDirectory()
  const { file } = await leave(directory.path, 'killed')
  idsIn(file, path.join(directory.path, 'scratch'))
  await using store = openStore(file)
  expect(await store.read((tx) => tx.tasks.list({}, { limit: 10 }))).toHaveLength(2)
})

test.each([
  ['newer', 9999, 'SCHEMA_TOO_NEW'],
  ['older', 1, 'SCHEMA_TOO_OLD'],
])('a database of a %s version is refused', async (_which, version, code) => {
  await using directory = await temporaryDirectory()
  const { home, file } = await leave(directory.path, 'stopped')
  const raw = new BetterSqlite(file)
  raw.pragma(`user_version = ${version}`)
  raw.close()
  const before = pictureOf(home)
  expect(() => idsIn(file, path.join(directory.path, 'scratch'))).toThrow(
    expect.objectContaining({ code }),
  )
  expect(pictureOf(home)).toEqual(before)
})

test('what is no database is told as damaged', async () => {
  await using directory = await temporaryDirectory()
  const { file } = await leave(directory.path, 'stopped')
  copyFileSync('/etc/passwd', file)
  expect(() => idsIn(file, path.join(directory.path, 'scratch'))).toThrow(
    expect.objectContaining({ code: 'STORE_CORRUPT' }),
  )
})
