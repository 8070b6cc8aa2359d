import { readFileSync } from 'node:fs'
import path from 'node:path'

import { DEPENDENCY_POLICIES, TASK_STATUSES } from '@sleepless/domain'
import { temporaryDirectory } from '@sleepless/testing'
import BetterSqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'

import { openWriter } from './database.ts'
import { startProcess } from './fixtures/other-process.ts'
import { knownSchemaVersion, migrate, SchemaTooNewError, schemaVersion } from './migrate.ts'
import { openStore } from './store.ts'

function schemaOf(file: string): unknown {
  const connection = new BetterSqlite(file, { readonly: true })
  const rows = connection.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()
  connection.close()
  return rows
}

describe('a database', () => {
  test('that does not exist is made with the newest schema', async () => {
    await using directory = await temporaryDirectory()
    await using _store = openStore(path.join(directory.path, 'tasks.db'))
    const connection = openWriter(path.join(directory.path, 'tasks.db'))
    expect(schemaVersion(connection)).toBe(knownSchemaVersion())
    expect(connection.pragma('integrity_check', { simple: true })).toBe('ok')
    connection.close()
  })

  test('that is up to date is left as it is', async () => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'tasks.db')
    await openStore(file)[Symbol.asyncDispose]()
    const before = schemaOf(file)
    await openStore(file)[Symbol.asyncDispose]()
    expect(schemaOf(file)).toEqual(before)
  })

  test('that is up to date can be opened while another process writes', async () => {
    await using directory = await temporaryDirectory()
    const file = path.join(directory.path, 'tasks.db')
    await using _first = openStore(file)
    await using other = startProcess('hold-write-lock', file)
    expect(await other.line()).toBe('held')
    await using second = openStore(file)
    expect(await second.read((tx) => tx.events.head())).toBe(0)
  })

  test('that several processes make at the same time is made once', async () => {
    await using directory = await temporaryDirectory()
    await using resources = new AsyncDisposableStack()
    const file = path.join(directory.path, 'tasks.db')
    const processes = [1, 2].map(() => resources.use(startProcess('open-stores', file, '24')))
    for (const one of processes) expect(await one.line()).toBe('ready')
    for (const one of processes) one.tell('go')
    for (const one of processes) expect(await one.line()).toBe('opened')
    await using store = openStore(`${file}-23`)
    expect(await store.read((tx) => tx.events.head())).toBe(2)
  })
})

describe('a database from a newer version of the program', () => {
  async function newerDatabase(directory: string): Promise<string> {
    const file = path.join(directory, 'tasks.db')
    await openStore(file)[Symbol.asyncDispose]()
    const connection = openWriter(file)
    connection.exec('ALTER TABLE tasks ADD COLUMN from_the_future TEXT')
    connection.pragma(`user_version = ${knownSchemaVersion() + 1}`)
    connection.close()
    return file
  }

  test('is refused with both versions in the message', async () => {
    await using directory = await temporaryDirectory()
    const file = await newerDatabase(directory.path)
    const known = knownSchemaVersion()
    expect(() => openStore(file)).toThrow(SchemaTooNewError)
    expect(() => openStore(file)).toThrow(`version ${known + 1}; this program knows`)
  })

  test('is not changed', async () => {
    await using directory = await temporaryDirectory()
    const file = await newerDatabase(directory.path)
    const before = schemaOf(file)
    expect(() => openStore(file)).toThrow(SchemaTooNewError)
    expect(schemaOf(file)).toEqual(before)
  })

  test('is let go of: nobody holds it after the refusal', async () => {
    await using directory = await temporaryDirectory()
    const file = await newerDatabase(directory.path)
    expect(() => openStore(file)).toThrow(SchemaTooNewError)
    const connection = new BetterSqlite(file, { timeout: 0 })
    // Leaving WAL mode takes the whole database: it fails while any other connection is open.
    expect(connection.pragma('journal_mode = DELETE', { simple: true })).toBe('delete')
    connection.close()
  })
})

test('a migration that fails leaves the step before it', () => {
  const connection = new BetterSqlite(':memory:')
  connection.exec('CREATE TABLE tasks (id TEXT)')
  expect(() => migrate(connection)).toThrow('table tasks already exists')
  expect(schemaVersion(connection)).toBe(0)
  expect(connection.prepare("SELECT name FROM sqlite_schema WHERE name = 'projects'").get()).toBe(
    undefined,
  )
  connection.close()
})

describe('the checks of a task', () => {
  const insert = (connection: BetterSqlite.Database, status: string, policy: string): void => {
    connection
      .prepare(
        `INSERT INTO tasks (id, kind, prompt, status, on_dependency_failure, priority, timeout_ms,
           attempts, tries, created_at)
         VALUES (hex(randomblob(9)), 'thought', 'p', ?, ?, 50, 1, 0, 0, 0)`,
      )
      .run(status, policy)
  }

  test.each(TASK_STATUSES)('take the status %s', (status) => {
    const connection = new BetterSqlite(':memory:')
    migrate(connection)
    for (const policy of DEPENDENCY_POLICIES) {
      expect(() => insert(connection, status, policy)).not.toThrow()
    }
    connection.close()
  })

  test('refuse what is none', () => {
    const connection = new BetterSqlite(':memory:')
    migrate(connection)
    expect(() => insert(connection, 'done', 'fail')).toThrow('CHECK constraint failed')
    expect(() => insert(connection, 'queued', 'hope')).toThrow('CHECK constraint failed')
    connection.close()
  })

  test('need no table of their own for each row', () => {
    const connection = new BetterSqlite(':memory:')
    migrate(connection)
    const steps = connection
      .prepare<[], { opcode: string }>(
        `EXPLAIN INSERT INTO tasks (id, kind, prompt, status, priority, timeout_ms, attempts, tries,
           created_at) VALUES ('t', 'thought', 'p', 'queued', 50, 1, 0, 0, 0)`,
      )
      .all()
    expect(steps.map(({ opcode }) => opcode)).not.toContain('OpenEphemeral')
    connection.close()
  })

  test('leave what an older version wrote', () => {
    const connection = new BetterSqlite(':memory:')
    const [first, second] = ['0001-initial.sql', '0002-durable-core.sql'].map((name) =>
      readFileSync(new URL(`../migrations/${name}`, import.meta.url), 'utf8'),
    )
    connection.exec(`${first}; ${second}`)
    insert(connection, 'waiting', 'skip')
    connection.pragma('user_version = 2')
    migrate(connection)
    const row = connection
      .prepare('SELECT status, on_dependency_failure AS policy FROM tasks')
      .get()
    expect(row).toEqual({ status: 'waiting', policy: 'skip' })
    connection.close()
  })
})
