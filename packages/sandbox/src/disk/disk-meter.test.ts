import { link, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { createDiskMeter } from './disk-meter.ts'

const EVERYTHING = 100_000

test('counts hard links once, and does not follow symbolic ones', async () => {
  await using directory = await temporaryDirectory()
  const path = directory.path
  await mkdir(join(path, 'a', 'b'), { recursive: true })
  await writeFile(join(path, 'a', 'b', 'large'), Buffer.alloc(300_000, 1))
  await writeFile(join(path, 'small'), 'x')
  await link(join(path, 'a', 'b', 'large'), join(path, 'again'))
  await symlink('/usr', join(path, 'system'))
  await using meter = createDiskMeter([path])
  const { usedBytes, freeBytes } = await meter.look(EVERYTHING)
  expect(usedBytes).toBeGreaterThanOrEqual(300_000)
  expect(usedBytes).toBeLessThan(400_000)
  expect(freeBytes).toBeGreaterThan(0)
})

test('goes on where it stopped, and comes to the same', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  for (const name of ['a', 'b', 'c']) {
    await mkdir(join(path, name))
    for (let index = 0; index < 10; index += 1) {
      await writeFile(join(path, name, String(index)), Buffer.alloc(5000, 1))
    }
  }
  await using whole = createDiskMeter([path])
  const { usedBytes } = await whole.look(EVERYTHING)
  await using slow = createDiskMeter([path])
  const seen: number[] = []
  for (let looks = 0; looks < 30; looks += 1) seen.push((await slow.look(7)).usedBytes)
  expect(seen[0]).toBeLessThan(usedBytes)
  expect(seen.at(-1)).toBe(usedBytes)
  expect(seen).toEqual(seen.toSorted((one, other) => one - other))
})

test('what was removed no longer counts after the next walk', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'large')
  await writeFile(file, Buffer.alloc(300_000, 1))
  await using meter = createDiskMeter([directory.path])
  expect((await meter.look(EVERYTHING)).usedBytes).toBeGreaterThanOrEqual(300_000)
  await rm(file)
  expect((await meter.look(EVERYTHING)).usedBytes).toBe(0)
})

test('what can no longer be read counts nothing, and stops nothing', async () => {
  await using directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'file'), Buffer.alloc(5000, 1))
  await using meter = createDiskMeter([join(directory.path, 'gone'), directory.path])
  // There is nothing to ask for the space of.
  await expect(meter.look(EVERYTHING)).rejects.toThrow('ENOENT')
  await using other = createDiskMeter([directory.path, join(directory.path, 'gone')])
  expect((await other.look(EVERYTHING)).usedBytes).toBeGreaterThanOrEqual(5000)
})
