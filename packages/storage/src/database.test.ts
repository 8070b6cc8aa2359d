import { describe, expect, test } from 'vitest'

import { isBusy, openReader, openWriter, type Connection } from './database.ts'
import { temporaryStore } from './fixtures/temporary-store.ts'

const pragma = (connection: Connection, name: string): unknown =>
  connection.pragma(name, { simple: true })

describe('the connection that writes', () => {
  test('logs ahead and syncs at each commit', async () => {
    await using fixture = await temporaryStore()
    const writer = openWriter(fixture.file)
    expect(pragma(writer, 'journal_mode')).toBe('wal')
    expect(pragma(writer, 'synchronous')).toBe(2)
    writer.close()
  })

  test('holds rows to their foreign keys', async () => {
    await using fixture = await temporaryStore()
    const writer = openWriter(fixture.file)
    expect(pragma(writer, 'foreign_keys')).toBe(1)
    expect(() =>
      writer
        .prepare(
          `INSERT INTO attempts (id, task_id, number, status, fence, output_bytes, report_seq,
             cost_micro_usd, dispatched_at) VALUES ('a', 'nobody', 1, 'running', 1, 0, 0, 0, 0)`,
        )
        .run(),
    ).toThrow('FOREIGN KEY constraint failed')
    writer.close()
  })

  test('waits for others only briefly, since it blocks the event loop meanwhile', async () => {
    await using fixture = await temporaryStore()
    const writer = openWriter(fixture.file)
    expect(pragma(writer, 'busy_timeout')).toBe(10)
    writer.close()
  })

  test('knows a busy database from other troubles', async () => {
    await using fixture = await temporaryStore()
    const first = openWriter(fixture.file)
    const second = openWriter(fixture.file)
    first.exec('BEGIN IMMEDIATE')
    expect(isBusy(errorOf(() => second.exec('BEGIN IMMEDIATE')))).toBe(true)
    expect(isBusy(errorOf(() => second.exec('SELECT * FROM nothing')))).toBe(false)
    expect(isBusy(new Error('SQLITE_BUSY'))).toBe(false)
    first.close()
    second.close()
  })
})

describe('the connection that reads', () => {
  test('cannot write', async () => {
    await using fixture = await temporaryStore()
    const reader = openReader(fixture.file)
    expect(pragma(reader, 'query_only')).toBe(1)
    expect(() => reader.exec("INSERT INTO settings VALUES ('a', 'b')")).toThrow('readonly')
    reader.close()
  })

  test('makes no database', async () => {
    await using fixture = await temporaryStore()
    expect(() => openReader(`${fixture.file}-missing`)).toThrow('unable to open database file')
  })
})

function errorOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
