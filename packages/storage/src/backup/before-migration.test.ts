import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { mountSmallDisk, temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { auditDatabase } from '../audit/audit-database.ts'
import { openReader, openWriter } from '../database.ts'
import { eventHash, GENESIS_HASH } from '../event-chain.ts'
import { SOME_TIME, taskOf } from '../fixtures/rows.ts'
import { knownSchemaVersion, schemaVersion } from '../migrate.ts'
import { openStore } from '../store.ts'

const FIRST_SCHEMA = new URL('../../migrations/0001-initial.sql', import.meta.url)
const TASKS = 500

/** A database as the first version of the program left it, with tasks in it. */
async function firstVersion(directory: string, tasks = TASKS): Promise<string> {
  const file = path.join(directory, 'tasks.db')
  const connection = openWriter(file)
  connection.exec(readFileSync(FIRST_SCHEMA, 'utf8'))
  connection.pragma('user_version = 1')
  const at = SOME_TIME.getTime()
  const task = connection.prepare(
    `INSERT INTO tasks (id, kind, prompt, status, priority, timeout_ms, attempts, tries, created_at)
     VALUES (?, 'thought', ?, 'queued', 50, 1000, 0, 0, ?)`,
  )
  const event = connection.prepare('INSERT INTO events VALUES (?, ?, ?, ?, NULL, ?, ?)')
  let hash = GENESIS_HASH
  connection.exec('BEGIN')
  for (let id = 1; id <= tasks; id++) {
    const data = JSON.stringify({ kind: 'thought', priority: 50 })
    const row = { id, type: 'task.submitted', taskId: taskOf(id), attemptId: null, data }
    hash = eventHash(hash, { ...row, at: SOME_TIME })
    task.run(row.taskId, 'p'.repeat(500), at)
    event.run(id, row.type, at, row.taskId, data, hash)
  }
  connection.exec('COMMIT')
  connection.close()
  return file
}

function versionOf(file: string): number {
  const connection = openReader(file)
  try {
    return schemaVersion(connection)
  } finally {
    connection.close()
  }
}

test('a database is copied as it was before it is brought up to date', async () => {
  await using directory = await temporaryDirectory()
  const file = await firstVersion(directory.path)
  const backupsPath = path.join(directory.path, 'backups')
  await using store = openStore(file, { backupsPath })

  const [name = '', ...others] = readdirSync(backupsPath)
  expect(others).toEqual([])
  expect(name).toMatch(new RegExp(`^before-v${knownSchemaVersion()}-.*Z\\.db$`))
  const copy = path.join(backupsPath, name)
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  expect(versionOf(copy)).toBe(1)
  expect(auditDatabase(copy, { states: true })).toMatchObject({ problems: [], tasks: TASKS })
  expect(versionOf(file)).toBe(knownSchemaVersion())
  expect(auditDatabase(file, { states: true })).toMatchObject({ problems: [], tasks: TASKS })
  expect(await store.read((tx) => tx.tasks.find(taskOf(7)))).toMatchObject({
    status: 'queued',
    priority: 50,
  })
})

describe('no copy is made', () => {
  test('of a database that is up to date', async () => {
    await using directory = await temporaryDirectory()
    const file = await firstVersion(directory.path)
    await openStore(file)[Symbol.asyncDispose]()
    const backupsPath = path.join(directory.path, 'backups')
    await openStore(file, { backupsPath })[Symbol.asyncDispose]()
    expect(readdirSync(directory.path)).not.toContain('backups')
  })

  test('of a database that is new, or has nothing in it', async () => {
    await using directory = await temporaryDirectory()
    const backupsPath = path.join(directory.path, 'backups')
    const empty = await firstVersion(directory.path, 0)
    for (const file of [path.join(directory.path, 'new.db'), empty]) {
      await openStore(file, { backupsPath })[Symbol.asyncDispose]()
      expect(versionOf(file)).toBe(knownSchemaVersion())
    }
    expect(readdirSync(directory.path)).not.toContain('backups')
  })
})

test('the newest three copies are kept, and what people put there', async () => {
  await using directory = await temporaryDirectory()
  const backupsPath = path.join(directory.path, 'backups')
  mkdirSync(backupsPath)
  const older = ['2026-01-02', '2026-01-03', '2026-01-01'].map(
    (day) => `before-v2-${day}T00-00-00-000Z.db`,
  )
  const mine = ['mine.db', 'tasks-2026-01-01T00-00-00-000Z.db', 'before-holidays.db']
  for (const name of [...older, ...mine]) {
    writeFileSync(path.join(backupsPath, name), '')
    // Copied about, they may all seem new.
    utimesSync(path.join(backupsPath, name), new Date(), new Date())
  }
  const file = await firstVersion(directory.path)
  await openStore(file, { backupsPath })[Symbol.asyncDispose]()
  const left = readdirSync(backupsPath)
  expect(left).toEqual(expect.arrayContaining(mine))
  expect(left).toEqual(expect.arrayContaining(older.slice(0, 2)))
  expect(left).not.toContain(older[2])
  expect(left.filter((name) => name.startsWith('before-v'))).toHaveLength(3)
})

test('without a place for the copy, nothing is migrated, and the message says why', async () => {
  await using directory = await temporaryDirectory()
  const file = await firstVersion(directory.path)
  const backupsPath = path.join(directory.path, 'backups')
  writeFileSync(backupsPath, 'a file in the way')
  const refused = expect.objectContaining({
    code: 'MIGRATION_BACKUP_FAILED',
    message: expect.stringContaining(backupsPath),
  })
  expect(() => openStore(file, { backupsPath })).toThrow(refused)
  expect(versionOf(file)).toBe(1)
})

test('on a disk that is full nothing is migrated, and once there is room it is', async (context) => {
  await using disk = await mountSmallDisk(4 * 1024 ** 2)
  if (disk === undefined) return context.skip('needs the right to mount')
  await using directory = await temporaryDirectory()
  const file = await firstVersion(directory.path)
  const before = readFileSync(file)
  const backupsPath = disk.path
  disk.fill()
  expect(() => openStore(file, { backupsPath })).toThrow(
    expect.objectContaining({
      code: 'MIGRATION_BACKUP_FAILED',
      message: expect.stringMatching(/is full\. Nothing was changed\. Make room/),
    }),
  )
  expect(versionOf(file)).toBe(1)
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(readdirSync(backupsPath)).toEqual(['ballast'])

  disk.free()
  await openStore(file, { backupsPath })[Symbol.asyncDispose]()
  expect(versionOf(file)).toBe(knownSchemaVersion())
  expect(readdirSync(backupsPath)).toHaveLength(1)
})
