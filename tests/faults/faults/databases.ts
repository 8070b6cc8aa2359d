import { statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { ApiError } from '@sleepless/contracts'
import BetterSqlite from 'better-sqlite3'

import type { Violation } from '../check/evidence.ts'
import type { Stack } from '../stack/stack.ts'
import type { Fault } from './fault.ts'

const LOCK_MS = { usual: 4000, full: 4900 }
const PIN_MS = { usual: 3000, full: 60_000 }
const POST_EVERY_MS = 200
const MAX_WAL_BYTES = 256 * 2 ** 20

export const lockHeld: Fault = {
  name: 'database-locked',
  row: 19,
  title: 'another writer holds the lock of the database',
  async inject({ stack, settings }) {
    using database = new Disposer(new BetterSqlite(fileOf(stack)))
    database.connection.pragma('busy_timeout = 5000')
    database.connection.exec('BEGIN IMMEDIATE')
    const errors = postsThatFail(stack, settings.isFull ? LOCK_MS.full : LOCK_MS.usual)
    await pause(settings.isFull ? LOCK_MS.full : LOCK_MS.usual)
    database.connection.exec('ROLLBACK')
    const found = await errors
    return () => found
  },
}

export const walPinned: Fault = {
  name: 'wal-pinned',
  row: 19,
  title: 'a reader keeps the write-ahead log from being written back',
  async inject({ stack, settings }) {
    using database = new Disposer(new BetterSqlite(fileOf(stack), { readonly: true }))
    database.connection.exec('BEGIN')
    database.connection.prepare('SELECT count(*) FROM sqlite_schema').get()
    await pause(settings.isFull ? PIN_MS.full : PIN_MS.usual)
    const { size } = statSync(`${fileOf(stack)}-wal`)
    database.connection.exec('ROLLBACK')
    const message = `the write-ahead log grew to ${size} bytes`
    return () => (size > MAX_WAL_BYTES ? [{ kind: 'other', message }] : [])
  },
}

class Disposer implements Disposable {
  readonly connection: BetterSqlite.Database

  constructor(connection: BetterSqlite.Database) {
    this.connection = connection
  }

  [Symbol.dispose](): void {
    this.connection.close()
  }
}

/** Requests that were answered with an error of the service although the lock was held for less than 5 s. */
async function postsThatFail({ client }: Stack, forMs: number): Promise<readonly Violation[]> {
  const violations: Violation[] = []
  const posts: Promise<void>[] = []
  const untilMs = performance.now() + forMs
  while (performance.now() < untilMs) {
    posts.push(
      client.submitTask({ prompt: 'fault-task while-locked quiet 0' }).then(
        () => undefined,
        (error: unknown) => {
          if (!(error instanceof ApiError)) return
          const message = `a request was answered with ${error.status} ${error.code}`
          if (error.status >= 500) violations.push({ kind: 'other', message })
        },
      ),
    )
    await pause(POST_EVERY_MS * 5)
  }
  await Promise.all(posts)
  return violations
}

function fileOf({ places }: Stack): string {
  return path.join(places.control, 'tasks.db')
}
