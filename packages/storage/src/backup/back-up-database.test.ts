import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { mountSmallDisk } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { auditDatabase } from '../audit/audit-database.ts'
import { openReader, openWriter } from '../database.ts'
import { logHistory } from '../fixtures/logged-history.ts'
import { startProcess } from '../fixtures/other-process.ts'
import { newEvent } from '../fixtures/rows.ts'
import { temporaryStore } from '../fixtures/temporary-store.ts'
import { backUpDatabase } from './back-up-database.ts'

test('a backup is one file, its owner’s alone, and whole', async () => {
  await using fixture = await temporaryStore()
  await logHistory(fixture.store)
  const target = path.join(path.dirname(fixture.file), 'backup.db')
  const backup = await backUpDatabase({ file: fixture.file, target })
  expect(backup).toMatchObject({
    file: target,
    bytes: statSync(target).size,
    events: 14,
    headId: 14,
    problems: [],
    epoch: fixture.store.epochs[0]?.id,
  })
  expect(statSync(target).mode & 0o777).toBe(0o600)
  expect(readdirSync(path.dirname(target)).filter((name) => name.startsWith('backup'))).toEqual([
    'backup.db',
  ])
  // Not in WAL mode, which would need a second file.
  expect([...readFileSync(target).subarray(18, 20)]).toEqual([1, 1])
  expect(auditDatabase(target, { states: true }).problems).toEqual([])
})

test('a backup under constant writes is of one moment, and ends', async () => {
  await using fixture = await temporaryStore()
  await using other = startProcess('append-events', fixture.file, '20000')
  expect(await other.line()).toBe('ready')
  const filler = { ...newEvent(), data: { text: 'x'.repeat(2000) } }
  await fixture.store.write((tx) => {
    for (let n = 0; n < 5000; n++) tx.events.append(filler)
  })
  other.tell('go')
  await expect.poll(() => fixture.store.read((tx) => tx.events.head())).toBeGreaterThan(5000)

  const target = path.join(path.dirname(fixture.file), 'backup.db')
  const copied: number[] = []
  const backup = await backUpDatabase({
    file: fixture.file,
    target,
    onProgress: ({ step, done }) => step === 'copy' && copied.push(done),
  })
  const head = await fixture.store.read((tx) => tx.events.head())
  expect(backup.headId).toBeGreaterThan(5000)
  expect(backup.headId).toBeLessThan(head)
  expect(backup.events).toBe(backup.headId)
  expect(copied).toEqual(copied.toSorted((a, b) => a - b))
})

test('everything that was acknowledged before is in the backup', async () => {
  await using fixture = await temporaryStore()
  const directory = path.dirname(fixture.file)
  for (let round = 1; round <= 5; round++) {
    await Promise.all(
      Array.from({ length: 20 }, () => fixture.store.write((tx) => tx.events.append(newEvent()))),
    )
    const running = fixture.store.write((tx) => tx.events.append(newEvent()))
    const target = path.join(directory, `backup-${round}.db`)
    const { headId } = await backUpDatabase({ file: fixture.file, target })
    expect(headId).toBeGreaterThanOrEqual(round * 21 - 1)
    await running
  }
})

test('nothing is written over', async () => {
  await using fixture = await temporaryStore()
  const target = path.join(path.dirname(fixture.file), 'precious')
  writeFileSync(target, 'precious')
  await expect(backUpDatabase({ file: fixture.file, target })).rejects.toMatchObject({
    code: 'BACKUP_EXISTS',
  })
  expect(readFileSync(target, 'utf8')).toBe('precious')
})

test('a log that was tampered with makes no backup, and leaves nothing behind', async () => {
  await using fixture = await temporaryStore()
  await logHistory(fixture.store)
  const connection = openWriter(fixture.file)
  connection.exec("UPDATE events SET data = '{}' WHERE id = 3")
  connection.close()
  const directory = path.dirname(fixture.file)
  const before = readdirSync(directory)
  const target = path.join(directory, 'backup.db')
  await expect(backUpDatabase({ file: fixture.file, target })).rejects.toMatchObject({
    code: 'BACKUP_UNSOUND',
    message: expect.stringContaining('event 3'),
  })
  expect(readdirSync(directory)).toEqual(before)
})

test('whoever stops it in the middle leaves nothing behind', async () => {
  await using fixture = await temporaryStore()
  const directory = path.dirname(fixture.file)
  const before = readdirSync(directory)
  const stopped = backUpDatabase({
    file: fixture.file,
    target: path.join(directory, 'backup.db'),
    onProgress() {
      throw new Error('enough')
    },
  })
  await expect(stopped).rejects.toThrow('enough')
  expect(readdirSync(directory)).toEqual(before)
})

test('a directory that is not there is named', async () => {
  await using fixture = await temporaryStore()
  const backup = backUpDatabase({ file: fixture.file, target: '/nonexistent/backup.db' })
  await expect(backup).rejects.toThrow('/nonexistent/backup.db')
})

test('a database that is not there makes no empty backup', async () => {
  await using fixture = await temporaryStore()
  const directory = path.dirname(fixture.file)
  const target = path.join(directory, 'backup.db')
  await expect(backUpDatabase({ file: `${fixture.file}-no`, target })).rejects.toThrow(/./)
  expect(readdirSync(directory)).not.toContain('backup.db')
})

test('the locks of the store stay as they are', async () => {
  await using fixture = await temporaryStore()
  const reader = openReader(fixture.file)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM events').get()
  await backUpDatabase({
    file: fixture.file,
    target: path.join(path.dirname(fixture.file), 'backup.db'),
  })
  // Were the reader's lock gone, another process could leave WAL mode under it.
  await using other = startProcess('leave-wal', fixture.file)
  expect(await other.line()).toBe('refused')
  reader.close()
})

test('a full disk is named, and no half of a backup stays on it', async (context) => {
  await using disk = await mountSmallDisk(1024 ** 2)
  if (disk === undefined) return context.skip('needs the right to mount')
  await using fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    tx.events.append(newEvent({ data: { text: 'x'.repeat(3 * 1024 ** 2) } }))
  })
  const target = path.join(disk.path, 'backup.db')
  await expect(backUpDatabase({ file: fixture.file, target })).rejects.toMatchObject({
    code: 'STORE_FULL',
    message: `the disk of ${target} is full`,
  })
  expect(readdirSync(disk.path)).toEqual([])
})
