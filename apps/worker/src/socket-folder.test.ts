import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { openSocketFolder } from './socket-folder.ts'

const MODULE = fileURLToPath(new URL('socket-folder.ts', import.meta.url))

test('sockets of a worker that was killed are removed at the next start, those of one that lives stay', async () => {
  await using directory = await temporaryDirectory()
  await using living = await openSocketFolder(directory.path)
  const program = `
    import { openSocketFolder } from '${MODULE}'
    console.log((await openSocketFolder('${directory.path}')).path)
    setInterval(() => undefined, 1000)`
  const worker = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', program],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const { value } = await createInterface({ input: worker.stdout })[Symbol.asyncIterator]().next()
  const left = String(value)
  const ended = once(worker, 'exit')
  worker.kill('SIGKILL')
  await ended
  await writeFile(path.join(left, 'egress-1'), '')
  await using next = await openSocketFolder(directory.path)
  expect(existsSync(left)).toBe(false)
  const names = [living, next].map((folder) => path.basename(folder.path))
  expect((await readdir(directory.path)).toSorted()).toEqual(names.toSorted())
})

test('it goes with its worker', async () => {
  await using directory = await temporaryDirectory()
  {
    await using folder = await openSocketFolder(directory.path)
    const server = createServer().listen(path.join(folder.path, 'egress-1'))
    await once(server, 'listening')
    server.close()
  }
  expect(await readdir(directory.path)).toEqual([])
})

test('what only looks like one is left alone', async () => {
  await using directory = await temporaryDirectory()
  await mkdir(path.join(directory.path, 'kept'))
  await symlink(
    path.join(directory.path, 'kept'),
    path.join(directory.path, 'sleepless-sockets-abcdef'),
  )
  await mkdir(path.join(directory.path, 'sleepless-sockets-abc'))
  await using folder = await openSocketFolder(directory.path)
  expect((await readdir(directory.path)).toSorted()).toEqual(
    [
      'kept',
      'sleepless-sockets-abc',
      'sleepless-sockets-abcdef',
      path.basename(folder.path),
    ].toSorted(),
  )
})
