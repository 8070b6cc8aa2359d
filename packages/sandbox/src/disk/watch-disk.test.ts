import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { mountSmallDisk, temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { watchDisk } from './watch-disk.ts'

const MIB = 2 ** 20

test('says when a directory holds too much', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  await mkdir(join(path, 'deep'))
  await using watch = watchDisk({ paths: [path], maxBytes: MIB, minFreeBytes: 0, intervalMs: 1 })
  await writeFile(join(path, 'deep', 'large'), Buffer.alloc(2 * MIB, 1))
  expect(await watch.full).toBe('The workspace holds 2 MiB; 1 MiB are allowed.')
})

test('says when the disk is nearly full, whoever filled it', async ({ skip }) => {
  await using disk = await mountSmallDisk(4 * MIB)
  if (disk === undefined) return skip('this user may not mount anything')
  const path = join(disk.path, 'workspace')
  await mkdir(path)
  const options = { maxBytes: 100 * MIB, minFreeBytes: MIB, intervalMs: 1 }
  await using watch = watchDisk({ paths: [path], ...options })
  disk.fill()
  expect(await watch.full).toBe('The disk of the workspace has 0 MiB left; 1 MiB must stay free.')
})

test('says nothing otherwise, and ends when disposed of', async () => {
  await using directory = await temporaryDirectory()
  const { path } = directory
  const watch = watchDisk({ paths: [path], maxBytes: MIB, minFreeBytes: 0, intervalMs: 1 })
  await watch[Symbol.asyncDispose]()
  await writeFile(join(path, 'large'), Buffer.alloc(2 * MIB, 1))
  const soon = new Promise((resolve) => setTimeout(() => resolve('nothing'), 50))
  expect(await Promise.race([watch.full, soon])).toBe('nothing')
})
