import type { Shortage } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { watchShortage } from './shortage-watch.ts'
import { shortageOf, type Supplies } from './shortage.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

function supplies(memoryMib: number, diskMib = 100_000, totalBytes = 100 * GIB): Supplies {
  return {
    memory: { totalBytes, availableBytes: memoryMib * MIB },
    disk: { totalBytes, availableBytes: diskMib * MIB },
  }
}

describe('a shortage', () => {
  test('is none while there is enough, or nothing is known', () => {
    expect(shortageOf(supplies(1000), undefined)).toBeUndefined()
    expect(shortageOf({ memory: undefined, disk: undefined }, undefined)).toBeUndefined()
  })

  test('of memory says what is left, and what it takes', () => {
    expect(shortageOf(supplies(383), undefined)).toEqual({
      resource: 'memory',
      detail: 'Only 383 MiB of memory are free on the worker; it goes on at 576.',
    })
  })

  test('of disk is told likewise', () => {
    expect(shortageOf(supplies(1000, 511), undefined)).toMatchObject({ resource: 'disk' })
  })

  test('is judged by its size on a small machine', () => {
    expect(shortageOf(supplies(60, 60, 512 * MIB), undefined)).toBeUndefined()
    expect(shortageOf(supplies(50, 60, 512 * MIB), undefined)?.resource).toBe('memory')
  })

  test('does not come and go around one amount', () => {
    let before: Shortage | undefined
    const found = [390, 380, 390, 570, 580, 390].map((memory) => {
      before = shortageOf(supplies(memory), before)
      return before !== undefined
    })
    expect(found).toEqual([false, true, true, true, false, false])
  })
})

const quiet = { info: () => undefined, warn: () => undefined }

describe('the watch', () => {
  test('knows from the start, and calls back when it changes', async () => {
    let memory = 100
    const watch = await watchShortage(async () => supplies(memory), quiet)
    expect(watch.current()?.resource).toBe('memory')
    memory = 10_000
    const changed = new Promise<void>((resolve) => watch.onChange(resolve))
    watch.refresh()
    await changed
    expect(watch.current()).toBeUndefined()
  })

  test('waits for a disk that hangs neither at the start nor later', async () => {
    let looks = 0
    const watch = await watchShortage(() => {
      looks += 1
      return new Promise<never>(() => undefined)
    }, quiet)
    watch.refresh()
    expect(watch.current()).toBeUndefined()
    expect(looks).toBe(1)
  })

  test('looks again after a look that failed', async () => {
    let looks = 0
    const watch = await watchShortage(async () => {
      looks += 1
      if (looks === 1) throw new Error('no')
      return supplies(1)
    }, quiet)
    const changed = new Promise<void>((resolve) => watch.onChange(resolve))
    watch.refresh()
    await changed
    expect(watch.current()?.resource).toBe('memory')
  })
})
