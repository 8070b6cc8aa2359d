import { describe, expect, test, vi } from 'vitest'

import { openWriter, type Connection } from './database.ts'
import { startProcess } from './fixtures/other-process.ts'
import { newEvent, newTask, taskOf } from './fixtures/rows.ts'
import { temporaryStore, type TemporaryStore } from './fixtures/temporary-store.ts'
import { createGroupCommit, StoreBusyError, type GroupCommit } from './group-commit.ts'

interface Counted extends AsyncDisposable {
  readonly group: GroupCommit<Connection>
  commits(): number
}

/** A group commit of its own on the fixture's database, which counts its commits. */
function countedGroup({ file }: TemporaryStore): Counted {
  const connection = openWriter(file)
  let commits = 0
  const group = createGroupCommit({ connection, tx: connection, onCommit: () => (commits += 1) })
  return {
    group,
    commits: () => commits,
    async [Symbol.asyncDispose]() {
      await group.close()
      connection.close()
    },
  }
}

const set =
  (key: string, value = 'x') =>
  (connection: Connection) =>
    connection.prepare('INSERT INTO settings VALUES (?, ?)').run(key, value)

function keysOf(fixture: TemporaryStore): unknown {
  const connection = openWriter(fixture.file)
  const keys = connection.prepare('SELECT key FROM settings ORDER BY rowid').pluck().all()
  connection.close()
  return keys
}

describe('writes of one turn of the event loop', () => {
  test('share one commit', async () => {
    await using fixture = await temporaryStore()
    await using counted = countedGroup(fixture)
    const keys = Array.from({ length: 150 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map((key) => counted.group.write(set(key))))
    expect(counted.commits()).toBe(1)
  })

  test('are committed in the order in which they were asked for', async () => {
    await using fixture = await temporaryStore()
    await using counted = countedGroup(fixture)
    const keys = Array.from({ length: 500 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map((key) => counted.group.write(set(key))))
    expect(keysOf(fixture)).toEqual(keys)
  })

  test('are answered in that order too', async () => {
    await using fixture = await temporaryStore()
    await using counted = countedGroup(fixture)
    const answered: number[] = []
    const numbers = Array.from({ length: 300 }, (_, index) => index)
    await Promise.all(
      numbers.map(async (number) => {
        await counted.group.write(set(`key-${number}`))
        answered.push(number)
      }),
    )
    expect(answered).toEqual(numbers)
  })

  test('make no transaction of more than 200', async () => {
    await using fixture = await temporaryStore()
    await using counted = countedGroup(fixture)
    await Promise.all(Array.from({ length: 1000 }, (_, at) => counted.group.write(set(`${at}`))))
    expect(counted.commits()).toBe(5)
  })

  test('see what those before them wrote', async () => {
    await using fixture = await temporaryStore()
    const [, seen] = await Promise.all([
      fixture.store.write((tx) => tx.tasks.insert(newTask(1, { prompt: 'first' }))),
      fixture.store.write((tx) => tx.tasks.find(taskOf(1))?.prompt),
    ])
    expect(seen).toBe('first')
  })
})

describe('a write that throws', () => {
  test('is rejected with its own error', async () => {
    await using fixture = await temporaryStore()
    const trouble = new Error('no')
    await expect(
      fixture.store.write(() => {
        throw trouble
      }),
    ).rejects.toBe(trouble)
  })

  test('takes nothing else with it', async () => {
    await using fixture = await temporaryStore()
    await using counted = countedGroup(fixture)
    const results = await Promise.allSettled([
      counted.group.write(set('before')),
      counted.group.write((connection) => {
        set('inside')(connection)
        throw new Error('no')
      }),
      counted.group.write(set('after')),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(keysOf(fixture)).toEqual(['before', 'after'])
  })

  test('has the others run again, on what was there before', async () => {
    await using fixture = await temporaryStore()
    const seen: (string | undefined)[] = []
    const results = await Promise.allSettled([
      fixture.store.write((tx) => {
        seen.push(tx.tasks.find(taskOf(1))?.prompt)
        tx.tasks.insert(newTask(1, { prompt: 'first' }))
        return seen.length
      }),
      fixture.store.write(() => {
        throw new Error('no')
      }),
    ])
    expect(seen).toEqual([undefined, undefined])
    expect(results).toMatchObject([{ value: 2 }, { reason: new Error('no') }])
  })

  test('leaves no hole in the ids of events', async () => {
    await using fixture = await temporaryStore()
    const { store } = fixture
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        store.write((tx) => {
          tx.events.append(newEvent({ data: { index } }))
          if (index % 3 === 0) throw new Error('no')
        }),
      ),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    const events = await store.read((tx) => tx.events.list({}, { limit: 200, after: 0 }))
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
  })

  test('by a constraint of the database is undone whole', async () => {
    await using fixture = await temporaryStore()
    const { store } = fixture
    const written = store.write((tx) => {
      tx.tasks.insert(newTask(1))
      tx.tasks.insert(newTask(2, { priority: 101 }))
    })
    await expect(written).rejects.toThrow('CHECK constraint failed')
    expect(await store.read((tx) => tx.tasks.find(taskOf(1)))).toBeUndefined()
  })
})

describe('while another process holds the database', () => {
  test('writes wait, and the event loop goes on', async () => {
    await using fixture = await temporaryStore()
    const { store } = fixture
    await using other = startProcess('hold-write-lock', fixture.file)
    expect(await other.line()).toBe('held')

    const happened: string[] = []
    const write = store
      .write((tx) => tx.tasks.insert(newTask(1)))
      .then(() => happened.push('write'))
    await store.read((tx) => happened.push(`read ${tx.tasks.list({}, { limit: 1 }).length}`))
    await new Promise((resolve) => setTimeout(resolve, 300))
    happened.push('timer')
    other.tell('go')
    await write
    expect(happened).toEqual(['read 0', 'timer', 'write'])
    expect(await store.read((tx) => tx.tasks.list({}, { limit: 2 }).length)).toBe(1)
  })

  test('writes keep their order', async () => {
    await using fixture = await temporaryStore()
    const { store } = fixture
    const other = openWriter(fixture.file)
    other.exec('BEGIN IMMEDIATE')
    const writes: Promise<unknown>[] = []
    for (let index = 0; index < 5; index += 1) {
      writes.push(store.write((tx) => tx.events.append(newEvent({ data: { index } }))))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    other.close()
    await Promise.all(writes)
    const events = await store.read((tx) => tx.events.list({}, { limit: 9, after: 0 }))
    expect(events.map(({ data }) => data['index'])).toEqual([0, 1, 2, 3, 4])
  })

  test('writes give up after ten seconds, and those that come later go on', async () => {
    await using fixture = await temporaryStore()
    const { store } = fixture
    const other = openWriter(fixture.file)
    other.exec('BEGIN IMMEDIATE')
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const write = store.write((tx) => tx.tasks.insert(newTask(1)))
      const refusal = write.catch((error: unknown) => error)
      await new Promise((resolve) => setTimeout(resolve, 50))
      vi.advanceTimersByTime(10_001)
      expect(await refusal).toBeInstanceOf(StoreBusyError)
    } finally {
      vi.useRealTimers()
    }
    other.exec('COMMIT')
    other.close()
    await store.write((tx) => tx.tasks.insert(newTask(2)))
    expect(await store.read((tx) => tx.tasks.list({}, { limit: 9 }).map(({ id }) => id))).toEqual([
      taskOf(2),
    ])
  })
})

describe('a store that is closed', () => {
  test('commits first what was waiting', async () => {
    await using fixture = await temporaryStore()
    const counted = countedGroup(fixture)
    const written = counted.group.write(set('last'))
    await counted[Symbol.asyncDispose]()
    await written
    expect(keysOf(fixture)).toEqual(['last'])
  })

  test('takes nothing more', async () => {
    await using fixture = await temporaryStore()
    await using counted = countedGroup(fixture)
    await counted.group.close()
    await expect(counted.group.write(set('late'))).rejects.toThrow('closed')
  })
})

test('a transaction that breaks as a whole rejects all its writes, and the next one works', async () => {
  await using fixture = await temporaryStore()
  await using counted = countedGroup(fixture)
  const results = await Promise.allSettled([
    counted.group.write(set('before')),
    // As SQLite itself does when the disk is full.
    counted.group.write((connection) => connection.exec('ROLLBACK')),
    counted.group.write(set('after')),
  ])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await counted.group.write(set('next'))
  expect(keysOf(fixture)).toEqual(['next'])
  expect(counted.commits()).toBe(1)
})
