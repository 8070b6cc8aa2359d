import { describe, expect, test } from 'vitest'

import { newTask, taskOf } from '../fixtures/rows.ts'
import { temporaryStore, type TemporaryStore } from '../fixtures/temporary-store.ts'

/** Tasks 1 to 5; 3, 4 and 5 depend on 1, and 5 on 2 as well. */
async function family(): Promise<TemporaryStore> {
  const fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    for (const number of [1, 2, 3, 4, 5]) tx.tasks.insert(newTask(number))
    tx.dependencies.insert(taskOf(3), [taskOf(1)])
    tx.dependencies.insert(taskOf(4), [taskOf(1)])
    tx.dependencies.insert(taskOf(5), [taskOf(1), taskOf(2)])
  })
  return fixture
}

describe('dependencies', () => {
  test('are known from both ends', async () => {
    await using fixture = await family()
    await fixture.store.read((tx) => {
      expect(tx.dependencies.of(taskOf(5))).toEqual([
        { id: taskOf(1), outcome: undefined },
        { id: taskOf(2), outcome: undefined },
      ])
      expect(tx.dependencies.openDependents(taskOf(1), 2)).toEqual([taskOf(3), taskOf(4)])
      expect(tx.dependencies.hasOpenDependents(taskOf(2))).toBe(true)
      expect(tx.dependencies.hasOpenDependents(taskOf(3))).toBe(false)
    })
  })

  test('are open until the dependents are told', async () => {
    await using fixture = await family()
    await fixture.store.write((tx) => {
      tx.dependencies.tell(taskOf(1), [taskOf(3), taskOf(5)], 'failed')
    })
    await fixture.store.read((tx) => {
      expect(tx.dependencies.openDependents(taskOf(1), 9)).toEqual([taskOf(4)])
      expect(tx.dependencies.of(taskOf(5))).toEqual([
        { id: taskOf(1), outcome: 'failed' },
        { id: taskOf(2), outcome: undefined },
      ])
    })
  })

  test('of a task that is not there cannot be', async () => {
    await using fixture = await family()
    const made = fixture.store.write((tx) => tx.dependencies.insert(taskOf(1), [taskOf(99)]))
    await expect(made).rejects.toThrow('constraint failed')
  })
})

test('a task that ended is noted once, until its dependents have been told', async () => {
  await using fixture = await family()
  await fixture.store.write((tx) => {
    expect(tx.dependencies.nextEnded()).toBeUndefined()
    tx.dependencies.noteEnded(taskOf(1))
    tx.dependencies.noteEnded(taskOf(1))
    expect(tx.dependencies.nextEnded()).toBe(taskOf(1))
    tx.dependencies.forgetEnded(taskOf(1))
    expect(tx.dependencies.nextEnded()).toBeUndefined()
  })
})

test('unblocking lowers the blockers of those that are named, and never below none', async () => {
  await using fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    tx.tasks.insert(newTask(1, { blockers: 2 }))
    tx.tasks.insert(newTask(2, { blockers: 2 }))
    tx.tasks.unblock([taskOf(1)])
    tx.tasks.unblock([])
    expect(tx.tasks.find(taskOf(1))?.blockers).toBe(1)
    expect(tx.tasks.find(taskOf(2))?.blockers).toBe(2)
  })
  await expect(
    fixture.store.write((tx) => {
      tx.tasks.unblock([taskOf(1)])
      tx.tasks.unblock([taskOf(1)])
    }),
  ).rejects.toThrow('constraint failed')
})
