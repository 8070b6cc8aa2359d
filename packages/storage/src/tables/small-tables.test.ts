import { describe, expect, test } from 'vitest'

import { SOME_TIME, taskOf } from '../fixtures/rows.ts'
import { temporaryStore } from '../fixtures/temporary-store.ts'

describe('a project', () => {
  const projects = ['b', 'a', 'c'].map((name) => ({
    name,
    remote: `/srv/${name} ü.git`,
    defaultBranch: name === 'a' ? 'main' : undefined,
    concurrency: name === 'b' ? 2 : undefined,
    egress: { registries: name !== 'b', hosts: name === 'b' ? ['a.example', '*.b.example'] : [] },
    createdAt: SOME_TIME,
  }))

  test('comes back as it was, and lists go by name', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => projects.forEach((project) => tx.projects.insert(project)))
    await fixture.store.read((tx) => {
      expect(tx.projects.find('a')).toStrictEqual(projects[1])
      expect(tx.projects.find('b')).toStrictEqual(projects[0])
      expect(tx.projects.find('d')).toBeUndefined()
      expect(tx.projects.list({ limit: 9 }).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
      expect(tx.projects.list({ limit: 1, after: 'a' }).map(({ name }) => name)).toEqual(['b'])
      expect(tx.projects.list({ limit: 9, after: 'c' })).toEqual([])
    })
  })

  test('has a name that no other has', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => projects.forEach((project) => tx.projects.insert(project)))
    await expect(
      fixture.store.write((tx) => projects.forEach((project) => tx.projects.insert(project))),
    ).rejects.toThrow('UNIQUE constraint failed')
  })
})

describe('an effect', () => {
  const begun = {
    key: 'pr:shop:größe/😀',
    kind: 'pull-request',
    taskId: taskOf(1),
    begunAt: SOME_TIME,
    attemptId: undefined,
    intent: undefined,
    completedAt: undefined,
    result: undefined,
  }

  test('comes back as it was begun', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => tx.effects.begin(begun))
    expect(await fixture.store.read((tx) => tx.effects.find(begun.key))).toStrictEqual(begun)
    expect(await fixture.store.read((tx) => tx.effects.find('other'))).toBeUndefined()
  })

  test('may belong to no task', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => tx.effects.begin({ ...begun, taskId: undefined }))
    expect(await fixture.store.read((tx) => tx.effects.find(begun.key)?.taskId)).toBeUndefined()
  })

  test('comes back as it was completed', async () => {
    await using fixture = await temporaryStore()
    const completedAt = new Date(5)
    const result = { url: 'https://example.test', empty: null, list: [1, 'é'] }
    await fixture.store.write((tx) => {
      tx.effects.begin(begun)
      tx.effects.complete(begun.key, result, completedAt)
    })
    expect(await fixture.store.read((tx) => tx.effects.find(begun.key))).toStrictEqual({
      ...begun,
      completedAt,
      result,
    })
  })

  test('cannot be begun twice', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => tx.effects.begin(begun))
    await expect(fixture.store.write((tx) => tx.effects.begin(begun))).rejects.toThrow(
      'UNIQUE constraint failed',
    )
  })

  test('is listed by the beginning of its key, in the order in which they were begun', async () => {
    await using fixture = await temporaryStore()
    const keys = ['push:a:z', 'push:b:1', 'push:a:é\u{1f41d}', 'push:a', 'push:a:b', 'push:a%3A']
    await fixture.store.write((tx) => {
      // A wall clock may be set back.
      for (const [n, key] of keys.entries()) {
        tx.effects.begin({ ...begun, key, begunAt: new Date(9 - n) })
      }
    })
    await fixture.store.read((tx) => {
      const found = tx.effects.list('push:a:').map(({ key }) => key)
      expect(found).toEqual(['push:a:z', 'push:a:é\u{1f41d}', 'push:a:b'])
    })
  })
})

describe('an idempotent answer', () => {
  const answer = { bodySha256: 'ab'.repeat(32), subject: 'tsk_1' }

  test('is found under its scope and key alone', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) =>
      tx.idempotency.insert('task.submit', 'k', { ...answer, at: SOME_TIME }),
    )
    await fixture.store.read((tx) => {
      expect(tx.idempotency.find('task.submit', 'k')).toStrictEqual(answer)
      expect(tx.idempotency.find('task.cancel', 'k')).toBeUndefined()
      expect(tx.idempotency.find('task.submit', 'K')).toBeUndefined()
    })
  })

  test('is given once', async () => {
    await using fixture = await temporaryStore()
    const insert = (): Promise<void> =>
      fixture.store.write((tx) => tx.idempotency.insert('s', 'k', { ...answer, at: SOME_TIME }))
    await insert()
    await expect(insert()).rejects.toThrow('UNIQUE constraint failed')
  })

  test('is forgotten when it is older than the moment that is named', async () => {
    await using fixture = await temporaryStore()
    await fixture.store.write((tx) => {
      tx.idempotency.insert('s', 'older', { ...answer, at: new Date(999) })
      tx.idempotency.insert('s', 'same', { ...answer, at: new Date(1000) })
      expect(tx.idempotency.prune(new Date(1000), 500)).toBe(1)
    })
    await fixture.store.read((tx) => {
      expect(tx.idempotency.find('s', 'older')).toBeUndefined()
      expect(tx.idempotency.find('s', 'same')).toStrictEqual(answer)
    })
  })
})

test('answers are forgotten oldest first, no more at once than are asked for', async () => {
  await using fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    for (const at of [3, 1, 5, 2, 4]) {
      const key = String(at)
      tx.idempotency.insert('s', key, { bodySha256: '', subject: key, at: new Date(at) })
    }
    expect([1, 2, 3].map(() => tx.idempotency.prune(new Date(5), 3))).toEqual([3, 1, 0])
    const left = ['1', '2', '3', '4', '5'].filter((key) => tx.idempotency.find('s', key))
    expect(left).toEqual(['5'])
  })
})

describe('the lease clock', () => {
  test('begins at 0 and goes on in whole milliseconds', async () => {
    await using fixture = await temporaryStore()
    expect(await fixture.store.read((tx) => tx.leaseClock.now())).toBe(0)
    await fixture.store.write((tx) => tx.leaseClock.advance(1500.4))
    await fixture.store.write((tx) => tx.leaseClock.advance(1000.6))
    expect(await fixture.store.read((tx) => tx.leaseClock.now())).toBe(2501)
  })

  test('wakes nobody, since it is no event', async () => {
    await using fixture = await temporaryStore()
    let changes = 0
    using _subscription = fixture.store.onChange(() => (changes += 1))
    await fixture.store.write((tx) => tx.leaseClock.advance(1000))
    expect(changes).toBe(0)
  })
})
