import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { auditDatabase } from '../audit/audit-database.ts'
import { openWriter } from '../database.ts'
import { logHistory } from '../fixtures/logged-history.ts'
import { newEvent } from '../fixtures/rows.ts'
import { knownSchemaVersion } from '../migrate.ts'
import { openStore } from '../store.ts'
import { backUpDatabase } from './back-up-database.ts'
import { installRestored, stageRestore } from './restore-database.ts'

const now = new Date('2026-06-01T00:00:00.000Z')
const later = new Date('2026-06-01T00:00:01.000Z')

interface Fixture extends AsyncDisposable {
  readonly directory: string
  readonly databaseFile: string
  /** Of a database with 14 events; the database has 114 now. */
  readonly backup: string
  readonly backupsPath: string
}

async function fixture(): Promise<Fixture> {
  await using resources = new AsyncDisposableStack()
  const directory = resources.use(await temporaryDirectory()).path
  const databaseFile = path.join(directory, 'tasks.db')
  const backup = path.join(directory, 'backup.db')
  {
    await using store = openStore(databaseFile)
    await logHistory(store)
    await backUpDatabase({ file: databaseFile, target: backup })
    await store.write((tx) => {
      for (let n = 0; n < 100; n++) tx.events.append(newEvent())
    })
  }
  const backupsPath = path.join(directory, 'backups')
  const kept = resources.move()
  return {
    directory,
    databaseFile,
    backup,
    backupsPath,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

function restore(
  { databaseFile, backup, backupsPath }: Fixture,
  at: Date = now,
): string | undefined {
  using staged = stageRestore({ backup, databaseFile, now: at })
  return installRestored({ staged, databaseFile, backupsPath, now: at })
}

async function headOf(file: string): Promise<number> {
  await using store = openStore(file)
  return store.read((tx) => tx.events.head())
}

describe('a restored database', () => {
  test('is the backup, in a new epoch, and sound', async () => {
    await using files = await fixture()
    restore(files)
    await using store = openStore(files.databaseFile)
    expect(store.epochs).toMatchObject([{ number: 1 }, { number: 2, afterEventId: 14 }])
    const events = await store.read((tx) => tx.events.list({}, { after: 13, limit: 10 }))
    expect(events.map(({ type }) => type)).toEqual([expect.any(String), 'service.restored'])
    expect(auditDatabase(files.databaseFile, { states: true }).problems).toEqual([])
  })

  test('is its owner’s alone, with nothing left beside it', async () => {
    await using files = await fixture()
    writeFileSync(`${files.databaseFile}-shm`, 'stale')
    writeFileSync(`${files.databaseFile}-journal`, '')
    restore(files)
    expect(statSync(files.databaseFile).mode & 0o777).toBe(0o600)
    const names = readdirSync(files.directory).toSorted()
    expect(names).toEqual(['backup.db', 'backups', 'tasks.db', 'tasks.db.wake'])
  })

  test('does not take the log of writes of the replaced one for its own', async () => {
    await using files = await fixture()
    // As a killed service leaves it: a log with writes that are not in the database yet.
    const store = openStore(files.databaseFile)
    await store.write((tx) => tx.events.append(newEvent()))
    const left = [files.databaseFile, `${files.databaseFile}-wal`]
    for (const file of left) copyFileSync(file, `${file}.left`)
    await store[Symbol.asyncDispose]()
    for (const file of left) copyFileSync(`${file}.left`, file)

    const kept = restore(files)
    expect(await headOf(files.databaseFile)).toBeGreaterThan(1e15)
    expect(await headOf(kept ?? '')).toBe(115)
  })

  test('leaves the backup as it was, for another time', async () => {
    await using files = await fixture()
    const before = readFileSync(files.backup)
    restore(files)
    expect(readFileSync(files.backup).equals(before)).toBe(true)
    expect(restore(files, later)).toMatch(/replaced-.*\.db$/)
  })

  test('has an epoch that no earlier restore of the same backup had', async () => {
    await using files = await fixture()
    const first = stageRestore({ ...files, now })
    first[Symbol.dispose]()
    using second = stageRestore({ ...files, now: later })
    expect(second.epoch.id).not.toBe(first.epoch.id)
    expect(second.epoch.firstEventId).toBeGreaterThan(first.epoch.firstEventId + 1e5)
  })
})

describe('the replaced database', () => {
  test('is kept, and can be restored itself', async () => {
    await using files = await fixture()
    const kept = restore(files) ?? ''
    expect(path.dirname(kept)).toBe(files.backupsPath)
    expect(await headOf(kept)).toBe(114)
    restore({ ...files, backup: kept }, later)
    await using store = openStore(files.databaseFile)
    expect(store.epochs).toMatchObject([{ number: 1 }, { number: 2, afterEventId: 114 }])
  })

  test('is kept even when it is damaged', async () => {
    await using files = await fixture()
    truncateSync(files.databaseFile, 8192)
    const damaged = readFileSync(files.databaseFile)
    const kept = restore(files) ?? ''
    expect(readFileSync(kept).equals(damaged)).toBe(true)
    expect(auditDatabase(files.databaseFile, { states: true }).problems).toEqual([])
  })

  test('need not be there', async () => {
    await using files = await fixture()
    const databaseFile = path.join(files.directory, 'other.db')
    expect(restore({ ...files, databaseFile })).toBeUndefined()
    expect(await headOf(databaseFile)).toBeGreaterThan(1e15)
  })
})

describe('nothing is replaced by a backup', () => {
  const damages: [string, string, (backup: string) => void][] = [
    ['that has lost its end', 'STORE_CORRUPT', (file) => truncateSync(file, 8192)],
    ['that is no database', 'STORE_CORRUPT', (file) => writeFileSync(file, 'text '.repeat(9000))],
    ['that is not there', 'ENOENT', (file) => rmSync(file)],
    [
      'whose log was tampered with',
      'BACKUP_UNSOUND',
      (file) => edit(file, "UPDATE events SET data = '{}' WHERE id = 2"),
    ],
    [
      'of a newer version of the program',
      'SCHEMA_TOO_NEW',
      (file) => edit(file, `PRAGMA user_version = ${knownSchemaVersion() + 1}`),
    ],
    [
      'that breaks its own references',
      'BACKUP_UNSOUND',
      (file) => edit(file, "PRAGMA foreign_keys = OFF; DELETE FROM tasks WHERE id LIKE '%1'"),
    ],
  ]

  test.each(damages)('%s', async (_name, code, damage) => {
    await using files = await fixture()
    damage(files.backup)
    const names = readdirSync(files.directory)
    expect(() => stageRestore({ ...files, now })).toThrow(expect.objectContaining({ code }))
    expect(readdirSync(files.directory)).toEqual(names)
    expect(await headOf(files.databaseFile)).toBe(114)
  })

  test('that is the database itself', async () => {
    await using files = await fixture()
    const backup = path.join(files.directory, '.', 'tasks.db')
    expect(() => stageRestore({ ...files, backup, now })).toThrow('is the database itself')
    expect(await headOf(files.databaseFile)).toBe(114)
  })
})

test('a restore that was broken off before it was installed changes nothing, and can be repeated', async () => {
  await using files = await fixture()
  stageRestore({ ...files, now })
  expect(existsSync(`${files.databaseFile}.restoring`)).toBe(true)
  expect(await headOf(files.databaseFile)).toBe(114)
  restore(files)
  expect(existsSync(`${files.databaseFile}.restoring`)).toBe(false)
})

test('a backup of an older version is brought up to date', async () => {
  await using files = await fixture()
  edit(
    files.backup,
    `DROP INDEX tasks_ended;
     ALTER TABLE attempts DROP COLUMN stop_requested_at;
     ALTER TABLE workers DROP COLUMN drain_requested_at;
    DROP TABLE task_search;
     DROP TABLE searched_tasks;
     DROP TABLE search_progress;
     DROP TABLE files_to_remove;
     DROP INDEX tasks_listed;
     DROP INDEX tasks_of_project;
     DROP INDEX tasks_of_parent;
     DROP INDEX tasks_following;
     DROP INDEX tasks_trashed;
     ALTER TABLE tasks DROP COLUMN trashed_at;
     ALTER TABLE tasks DROP COLUMN purged_at;
     ALTER TABLE projects DROP COLUMN removed_at;
     CREATE INDEX tasks_by_status ON tasks (status, id);
     CREATE INDEX tasks_by_kind ON tasks (kind, id);
     CREATE INDEX tasks_by_project ON tasks (project, id);
     DROP TABLE access_tokens;
     DROP TABLE day_spending;
     DROP TABLE day_uses;
     DROP TABLE allowances;
     DROP TABLE quotas;
     DROP TABLE worker_accounts;
     ALTER TABLE projects DROP COLUMN egress_registries;
     ALTER TABLE projects DROP COLUMN egress_hosts;
     DROP TABLE messages;
     ALTER TABLE tasks DROP COLUMN undelivered_messages;
     ALTER TABLE tasks DROP COLUMN messages;
     DROP TABLE epochs;
     PRAGMA user_version = 2`,
  )
  restore(files)
  await using store = openStore(files.databaseFile)
  expect(store.epochs).toMatchObject([{ number: 1 }, { number: 2 }])
})

function edit(file: string, sql: string): void {
  const connection = openWriter(file)
  connection.exec(sql)
  connection.pragma('journal_mode = DELETE')
  connection.close()
}
