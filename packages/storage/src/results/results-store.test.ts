import { existsSync } from 'node:fs'
import { mkdtempDisposable, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { startS3Server, type S3Server } from '../fixtures/s3-server.ts'
import { createResultsStore, type ResultsLocation, type ResultsStore } from './results-store.ts'

interface Fixture extends AsyncDisposable {
  readonly results: ResultsStore
  /** A file on the local disk, to be moved in. */
  file(content: string | Buffer): Promise<string>
  readonly directory: string
  readonly s3: S3Server
}

async function fixture(kind: ResultsLocation['kind'], pageSize = 1000): Promise<Fixture> {
  await using resources = new AsyncDisposableStack()
  const directory = resources.use(await temporaryDirectory()).path
  const s3 = resources.use(await startS3Server(pageSize))
  const location: ResultsLocation =
    kind === 'directory'
      ? { kind, path: path.join(directory, 'results') }
      : { kind, bucket: 'results', region: 'eu-central-1', endpoint: s3.endpoint }
  const results = await createResultsStore(location)
  const kept = resources.move()
  let files = 0
  return {
    results,
    directory,
    s3,
    async file(content) {
      const file = path.join(directory, `local-${(files += 1)}`)
      await writeFile(file, content)
      return file
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function textOf(results: ResultsStore, key: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await results.read(key)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const KEY = 'tasks/tsk_1/att_1/diff.patch'

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'made-up')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'made-up')
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
})
afterEach(() => vi.unstubAllEnvs())

describe.each(['directory', 's3'] as const)('results kept in a %s', (kind) => {
  test('come back as they were', async () => {
    await using one = await fixture(kind)
    await one.results.moveIn(await one.file('größer\n'), KEY)
    expect(await textOf(one.results, KEY)).toBe('größer\n')
  })

  test('come back whole when they are large', async () => {
    await using one = await fixture(kind)
    const content = Buffer.alloc(3_000_001, 'abc')
    await one.results.moveIn(await one.file(content), KEY)
    expect(await one.results.sizeBytes(KEY)).toBe(3_000_001)
    expect((await textOf(one.results, KEY)) === content.toString()).toBe(true)
  })

  test('may be empty', async () => {
    await using one = await fixture(kind)
    await one.results.moveIn(await one.file(''), KEY)
    expect(await one.results.has(KEY)).toBe(true)
    expect(await one.results.sizeBytes(KEY)).toBe(0)
  })

  test('take the local file away', async () => {
    await using one = await fixture(kind)
    const file = await one.file('x')
    await one.results.moveIn(file, KEY)
    expect(existsSync(file)).toBe(false)
  })

  test('are replaced by those that come again', async () => {
    await using one = await fixture(kind)
    await one.results.moveIn(await one.file('a longer one'), KEY)
    await one.results.moveIn(await one.file('short'), KEY)
    expect(await textOf(one.results, KEY)).toBe('short')
  })

  test('are there or not', async () => {
    await using one = await fixture(kind)
    expect(await one.results.has(KEY)).toBe(false)
    await one.results.moveIn(await one.file('x'), KEY)
    expect(await one.results.has(KEY)).toBe(true)
    expect(await one.results.has(`${KEY}.other`)).toBe(false)
  })

  test('have a size in bytes', async () => {
    await using one = await fixture(kind)
    await one.results.moveIn(await one.file('größe'), KEY)
    expect(await one.results.sizeBytes(KEY)).toBe(7)
  })

  test('have no size when they are not there', async () => {
    await using one = await fixture(kind)
    await expect(one.results.sizeBytes(KEY)).rejects.toThrow(KEY)
  })

  test('are listed by name, with their sizes, and only those directly under the prefix', async () => {
    await using one = await fixture(kind)
    for (const name of ['a/x/output.txt', 'a/x/diff.patch', 'a/y/other', 'a/x/deep/er']) {
      await one.results.moveIn(await one.file(name), name)
    }
    expect(await one.results.list('a/x')).toEqual([
      { name: 'diff.patch', sizeBytes: 14 },
      { name: 'output.txt', sizeBytes: 14 },
    ])
  })

  test('are not listed under a prefix that is only the beginning of a name', async () => {
    await using one = await fixture(kind)
    await one.results.moveIn(await one.file('x'), 'a/xy/output.txt')
    expect(await one.results.list('a/x')).toEqual([])
  })

  test('are none under a prefix that nothing lies under', async () => {
    await using one = await fixture(kind)
    expect(await one.results.list('tasks/nobody')).toEqual([])
  })

  test.each(['../outside', 'tasks/../../outside', 'a/../../b', '..', 'tasks/..\\..\\outside'])(
    'are not reached by the key %s',
    async (key) => {
      await using one = await fixture(kind)
      const file = await one.file('x')
      await expect(one.results.moveIn(file, key)).rejects.toThrow('Path traversal')
      await expect(one.results.read(key)).rejects.toThrow('Path traversal')
      await expect(one.results.has(key)).rejects.toThrow('Path traversal')
      await expect(one.results.list(key)).rejects.toThrow('Path traversal')
      expect(existsSync(file)).toBe(true)
      expect(await readdir(one.directory)).not.toContain('outside')
    },
  )

  test('stay as they were when the file to be moved in is not there', async () => {
    await using one = await fixture(kind)
    await one.results.moveIn(await one.file('whole'), KEY)
    await expect(one.results.moveIn('/nonexistent/file', KEY)).rejects.toThrow('ENOENT')
    expect(await textOf(one.results, KEY)).toBe('whole')
  })

  test('stay absent when the file to be moved in is not there', async () => {
    await using one = await fixture(kind)
    await expect(one.results.moveIn('/nonexistent/file', KEY)).rejects.toThrow('ENOENT')
    expect(await one.results.has(KEY)).toBe(false)
    expect(await one.results.list('tasks/tsk_1/att_1')).toEqual([])
  })
})

describe('results in a directory', () => {
  test('are removed with all that lies under a prefix, and nothing else', async () => {
    await using one = await fixture('directory')
    const keys = ['tasks/a/1/x.txt', 'tasks/a/2/y.txt', 'tasks/ab/1/x.txt']
    for (const key of keys) await one.results.moveIn(await one.file('x'), key)
    for (let times = 0; times < 2; times++) await one.results.removeAll('tasks/a/')
    expect(await Promise.all(keys.map((key) => one.results.has(key)))).toEqual([false, false, true])
  })

  test('appear whole: whoever reads meanwhile finds the old ones or the new', async () => {
    await using one = await fixture('directory')
    const content = ['a', 'b'].map((letter) => Buffer.alloc(4_000_000, letter))
    await one.results.moveIn(await one.file(content[0] ?? ''), KEY)
    const sizes = new Set<number>()
    const moved = one.results.moveIn(await one.file(content[1] ?? ''), KEY)
    const look = async (): Promise<false> => {
      sizes.add(await one.results.sizeBytes(KEY))
      return false
    }
    while (!(await Promise.race([look(), moved.then(() => true)])));
    expect([...sizes]).toEqual([4_000_000])
    expect((await textOf(one.results, KEY)).startsWith('b')).toBe(true)
  })

  test('come from another file system as well', async () => {
    await using one = await fixture('directory')
    await using elsewhere = await mkdtempDisposable(path.join('/var/tmp', 'sleepless-'))
    const file = path.join(elsewhere.path, 'file')
    await writeFile(file, 'from afar')
    await one.results.moveIn(file, KEY)
    expect(await textOf(one.results, KEY)).toBe('from afar')
    expect(await readdir(elsewhere.path)).toEqual([])
    expect(await readdir(path.join(one.directory, 'results/tasks/tsk_1/att_1'))).toHaveLength(1)
  })

  test('are listed without what a crash has left half written', async () => {
    await using one = await fixture('directory')
    await one.results.moveIn(await one.file('x'), KEY)
    const folder = path.join(one.directory, 'results/tasks/tsk_1/att_1')
    await writeFile(path.join(folder, 'commit.bundle.1f.part'), 'half')
    expect(await one.results.list('tasks/tsk_1/att_1')).toEqual([
      { name: 'diff.patch', sizeBytes: 1 },
    ])
  })
})

describe('results in a bucket', () => {
  test('lie under their key', async () => {
    await using one = await fixture('s3')
    await one.results.moveIn(await one.file('x'), KEY)
    expect([...one.s3.objects.keys()]).toEqual([`results/${KEY}`])
  })

  test('are listed whole when the list comes in pages', async () => {
    await using one = await fixture('s3', 2)
    for (const name of ['1', '2', '3', '4', '5']) {
      await one.results.moveIn(await one.file(name), `many/${name}`)
    }
    const names = (await one.results.list('many')).map(({ name }) => name)
    expect(names).toEqual(['1', '2', '3', '4', '5'])
  })

  test('stay absent, and the local file stays, when the upload breaks', async () => {
    await using one = await fixture('s3')
    const file = await one.file(Buffer.alloc(500_000, 'x'))
    one.s3.breakNextUpload()
    await expect(one.results.moveIn(file, KEY)).rejects.toThrow('Cannot write file')
    expect(one.s3.objects.size).toBe(0)
    expect(existsSync(file)).toBe(true)
  })
})
