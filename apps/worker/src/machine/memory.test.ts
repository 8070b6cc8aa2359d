import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, onTestFinished, test } from 'vitest'

import { readMemory } from './memory.ts'

const MIB = 1024 ** 2
const MEMINFO = 'MemTotal:       1048576 kB\nMemFree:        1 kB\nMemAvailable:   524288 kB\n'

/** A file system with these files. */
async function root(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory('sleepless-machine-')
  onTestFinished(() => directory[Symbol.asyncDispose]())
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory.path, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  return directory.path
}

test('is what the machine has, where nothing limits it', async () => {
  const memory = readMemory(await root({ 'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/\n' }))
  expect(memory).toEqual({ totalBytes: 1024 * MIB, availableBytes: 512 * MIB })
})

test('is what a container may have, and caches are not counted as used (version 2)', async () => {
  const memory = readMemory(
    await root({
      'proc/meminfo': MEMINFO,
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/memory.max': String(400 * MIB),
      'sys/fs/cgroup/memory.current': String(390 * MIB),
      'sys/fs/cgroup/memory.stat': `anon 1\ninactive_file ${90 * MIB}\n`,
    }),
  )
  expect(memory).toEqual({ totalBytes: 400 * MIB, availableBytes: 100 * MIB })
})

test('is what the tightest of the groups above allows', async () => {
  const memory = readMemory(
    await root({
      'proc/meminfo': MEMINFO,
      'proc/self/cgroup': '0::/a/b/c\n',
      'sys/fs/cgroup/a/memory.max': String(300 * MIB),
      'sys/fs/cgroup/a/memory.current': String(260 * MIB),
      'sys/fs/cgroup/a/b/memory.max': 'max\n',
      'sys/fs/cgroup/a/b/memory.current': String(100 * MIB),
      'sys/fs/cgroup/a/b/c/memory.max': String(200 * MIB),
      'sys/fs/cgroup/a/b/c/memory.current': String(100 * MIB),
    }),
  )
  expect(memory).toEqual({ totalBytes: 300 * MIB, availableBytes: 40 * MIB })
})

test('is found in a container that knows itself by the path of its host (version 1)', async () => {
  const memory = readMemory(
    await root({
      'proc/meminfo': MEMINFO,
      'proc/self/cgroup': '4:memory:/docker/0123\n1:cpu:/docker/0123\n0::/\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': String(256 * MIB),
      'sys/fs/cgroup/memory/memory.usage_in_bytes': String(200 * MIB),
      'sys/fs/cgroup/memory/memory.stat': `total_inactive_file ${MIB}\n`,
    }),
  )
  expect(memory).toEqual({ totalBytes: 256 * MIB, availableBytes: 57 * MIB })
})

test('is not known where there is no such file', async () => {
  expect(readMemory(await root({}))).toBeUndefined()
})

test.runIf(process.platform === 'linux')('is known of this machine', () => {
  expect(readMemory()?.availableBytes).toBeGreaterThan(MIB)
})
