import { describe, expect, test } from 'vitest'

import { openReader, openWriter } from './database.ts'
import { beginEpoch, isPosition, readEpochs } from './epochs.ts'
import { newEvent } from './fixtures/rows.ts'
import { temporaryStore } from './fixtures/temporary-store.ts'
import { openStore } from './store.ts'

const NOW = new Date('2026-06-01T00:00:00.000Z')
const FIRST_ID = NOW.getTime() * 1000 + 1

test('every log has a first epoch, with an id of its own', async () => {
  await using one = await temporaryStore()
  await using other = await temporaryStore()
  expect(one.store.epochs).toMatchObject([{ number: 1, afterEventId: 0, firstEventId: 1 }])
  expect(one.store.epochs[0]?.id).toMatch(/^[0-9a-f]{32}$/)
  expect(one.store.epochs[0]?.id).not.toBe(other.store.epochs[0]?.id)
})

test('a new epoch begins with an event that says so, far above all before', async () => {
  await using fixture = await temporaryStore()
  await fixture.store.write((tx) => tx.events.append(newEvent()))
  const connection = openWriter(fixture.file)
  const epoch = beginEpoch(connection, NOW)
  connection.close()
  expect(epoch).toMatchObject({ number: 2, afterEventId: 1, firstEventId: FIRST_ID })
  await fixture.store.write((tx) => tx.events.append(newEvent()))
  const events = await fixture.store.read((tx) => tx.events.list({}, { after: 1, limit: 10 }))
  expect(events).toMatchObject([
    {
      id: FIRST_ID,
      type: 'service.restored',
      data: { epoch: 2, epochId: epoch.id, lastEventId: 1 },
    },
    { id: FIRST_ID + 1, type: 'task.submitted' },
  ])
})

test('ids grow even when the clock has been set back', async () => {
  await using fixture = await temporaryStore()
  const connection = openWriter(fixture.file)
  const first = beginEpoch(connection, NOW)
  const second = beginEpoch(connection, new Date(0))
  connection.close()
  expect(second.firstEventId).toBe(first.firstEventId + 1)
  expect(second.afterEventId).toBe(first.firstEventId)
})

test('a database that is empty can begin one too', async () => {
  await using fixture = await temporaryStore()
  const connection = openWriter(fixture.file)
  expect(beginEpoch(connection, NOW)).toMatchObject({ number: 2, afterEventId: 0 })
  connection.close()
})

test('nobody leads in a new epoch', async () => {
  await using fixture = await temporaryStore()
  const connection = openWriter(fixture.file)
  connection.exec("INSERT INTO leaders VALUES ('scheduler', 'gone', 7, 0, 999999)")
  beginEpoch(connection, NOW)
  expect(connection.prepare('SELECT term, expires_tick FROM leaders').get()).toEqual({
    term: 7,
    expires_tick: 0,
  })
  connection.close()
})

test('a database that is older than epochs has none', async () => {
  await using fixture = await temporaryStore()
  const connection = openWriter(fixture.file)
  connection.exec('DROP TABLE epochs')
  connection.close()
  const reader = openReader(fixture.file)
  expect(readEpochs(reader)).toEqual([])
  reader.close()
})

describe('a place to resume from, in a log of 10 events that went on after a restore', () => {
  const epochs = [
    { number: 1, id: 'a', afterEventId: 0, firstEventId: 1, beganAt: NOW },
    { number: 2, id: 'b', afterEventId: 10, firstEventId: FIRST_ID, beganAt: NOW },
  ]
  const head = FIRST_ID + 5

  test.each([0, 1, 10, FIRST_ID, FIRST_ID + 5])('is %i', (id) => {
    expect(isPosition(epochs, head, id)).toBe(true)
  })

  test.each([11, 500, FIRST_ID - 1, FIRST_ID + 6])('is not %i', (id) => {
    expect(isPosition(epochs, head, id)).toBe(false)
  })
})

test('an epoch that has begun is known to whoever opens the store afterwards', async () => {
  await using fixture = await temporaryStore()
  const connection = openWriter(fixture.file)
  const epoch = beginEpoch(connection, NOW)
  connection.close()
  await using opened = openStore(fixture.file)
  expect(opened.epochs.at(-1)).toEqual(epoch)
})
