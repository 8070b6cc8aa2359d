import { existsSync, statSync } from 'node:fs'

import type { Store } from '@sleepless/domain'

import { createChangeSignal } from './change-signal.ts'
import { openReader, openWriter, type Connection } from './database.ts'
import { readEpochs, type Epoch } from './epochs.ts'
import { StoreCorruptError, storeFailureOf } from './failures/store-failure.ts'
import { createStoreHealth, type StoreHealth } from './failures/store-health.ts'
import { createGroupCommit } from './group-commit.ts'
import { watchPages, type WatchPagesOptions } from './integrity/watch-pages.ts'
import { migrate } from './migrate.ts'
import { createSnapshots } from './snapshots.ts'
import { spaceOf, type Space } from './space.ts'
import { readsOf, writesOf } from './transactions.ts'
import { keepWalSmall, walBytes } from './wal-keeper.ts'

/** What is rejected because of the disk is rejected with a StoreFailureError. */
export interface SqliteStore extends Store, AsyncDisposable {
  readonly health: StoreHealth
  /** Those of the event log, oldest first; a new one begins only while nobody has it open. */
  readonly epochs: readonly Epoch[]
  space(): Promise<Space>
}

export interface OpenStoreOptions {
  /** Where a copy from before a migration is kept; without it, none is made. */
  readonly backupsPath?: string
  /** When all pages are looked at; without it, never. */
  readonly pageChecks?: Pick<WatchPagesOptions, 'firstMs' | 'everyMs'>
}

/**
 * Opens the database, made and migrated first where need be: one connection that writes, and one
 * that reads what is committed.
 *
 * @throws {SchemaTooNewError} when a newer version of the program wrote it.
 * @throws {MigrationBackupError} when there is no room for a copy from before a migration.
 * @throws {StoreFailureError} when the disk does not do what it should, or the file is damaged.
 */
export function openStore(file: string, options: OpenStoreOptions = {}): SqliteStore {
  if (wasEmptied(file)) throw new StoreCorruptError(file)
  try {
    using resources = new DisposableStack()
    const open = (connection: Connection): Connection =>
      resources.adopt(connection, (opened) => opened.close())
    const writer = open(openWriter(file, (opened) => migrate(opened, options.backupsPath)))
    const store = storeOn({ file, writer, reader: open(openReader(file)) }, options)
    resources.move()
    return store
  } catch (error) {
    throw storeFailureOf(error, file) ?? error
  }
}

/** SQLite takes a file of no length for a new database, and would begin from nothing. */
function wasEmptied(file: string): boolean {
  const isEmpty = statSync(file, { throwIfNoEntry: false })?.size === 0
  // The wake file tells that there was a database, which may still be in the log of writes.
  return isEmpty && walBytes(file) === 0 && existsSync(`${file}.wake`)
}

interface Connections {
  readonly file: string
  readonly writer: Connection
  readonly reader: Connection
}

function storeOn(
  { file, writer, reader }: Connections,
  { pageChecks }: OpenStoreOptions,
): SqliteStore {
  const resources = new AsyncDisposableStack()
  resources.defer(() => {
    reader.close()
    writer.close()
  })
  const snapshots = createSnapshots(reader, readsOf(reader))
  const health = createStoreHealth(() => commits.write((tx) => tx.leaseClock.advance(0)))
  const explain = (error: unknown): unknown => {
    const failure = storeFailureOf(error, file)
    if (failure !== undefined) health.note(failure)
    return failure ?? error
  }
  const signal = resources.use(
    createChangeSignal({
      wakeFile: `${file}.wake`,
      head: () => snapshots.readNewest((tx) => tx.events.head()),
      dataVersion: () => Number(reader.pragma('data_version', { simple: true })),
      onFailure: explain,
    }),
  )
  const commits = createGroupCommit({
    connection: writer,
    tx: writesOf(writer),
    onCommit: () => signal.committed(),
    explain,
  })
  resources.defer(() => commits.close())
  resources.use(health)
  resources.use(keepWalSmall({ connection: writer, file }))
  if (pageChecks !== undefined) {
    const onDamage = (detail: string): void => {
      health.note(new StoreCorruptError(file, { cause: new Error(detail) }))
    }
    resources.use(watchPages({ file, onDamage, ...pageChecks }))
  }

  return {
    health,
    epochs: readEpochs(reader),
    space: () => spaceOf(file),
    async read(work) {
      try {
        return snapshots.read(work)
      } catch (error) {
        throw explain(error)
      }
    },
    async write(work) {
      // What was written now would be lost when a backup takes its place.
      if (health.failure?.code === 'STORE_CORRUPT') throw health.failure
      return commits.write(work)
    },
    onChange: (listener) => signal.subscribe(listener),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
