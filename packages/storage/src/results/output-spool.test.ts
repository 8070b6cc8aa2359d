import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { OutputGapError } from '@sleepless/domain'
import { temporaryDirectory } from '@sleepless/testing'
import { array, assert, asyncProperty, integer, record } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { attemptOf } from '../fixtures/rows.ts'
import { createOutputSpool, type OutputSpool } from './output-spool.ts'

interface TemporarySpool extends AsyncDisposable {
  readonly spool: OutputSpool
  readonly directory: string
}

async function temporarySpool(): Promise<TemporarySpool> {
  const parent = await temporaryDirectory()
  const directory = path.join(parent.path, 'spool')
  const spool = await createOutputSpool(directory)
  return { spool, directory, [Symbol.asyncDispose]: () => parent[Symbol.asyncDispose]() }
}

const id = attemptOf(1)
const bytes = (text: string): Buffer => Buffer.from(text)
const textOf = (spool: OutputSpool): Promise<string> => readFile(spool.file(id), 'utf8')

describe('a chunk of output', () => {
  test('is appended, and answered with the length', async () => {
    await using fixture = await temporarySpool()
    expect(await fixture.spool.append(id, 0, bytes('hello '))).toBe(6)
    expect(await fixture.spool.append(id, 6, bytes('wörld'))).toBe(12)
    expect(await textOf(fixture.spool)).toBe('hello wörld')
  })

  test('that comes again changes nothing', async () => {
    await using fixture = await temporarySpool()
    await fixture.spool.append(id, 0, bytes('hello'))
    await fixture.spool.append(id, 5, bytes(' world'))
    expect(await fixture.spool.append(id, 0, bytes('hello'))).toBe(11)
    expect(await fixture.spool.append(id, 5, bytes(' world'))).toBe(11)
    expect(await textOf(fixture.spool)).toBe('hello world')
  })

  test('that comes again while it is being appended is there once', async () => {
    await using fixture = await temporarySpool()
    const chunk = Buffer.alloc(300_000, 'x')
    const lengths = await Promise.all([1, 2, 3, 4].map(() => fixture.spool.append(id, 0, chunk)))
    expect(lengths).toEqual([300_000, 300_000, 300_000, 300_000])
    expect(await fixture.spool.lengthBytes(id)).toBe(300_000)
  })

  test('that overlaps gives only what is new', async () => {
    await using fixture = await temporarySpool()
    await fixture.spool.append(id, 0, bytes('hello'))
    expect(await fixture.spool.append(id, 3, bytes('lo world'))).toBe(11)
    expect(await textOf(fixture.spool)).toBe('hello world')
  })

  test('that is empty changes nothing', async () => {
    await using fixture = await temporarySpool()
    expect(await fixture.spool.append(id, 0, bytes(''))).toBe(0)
    await fixture.spool.append(id, 0, bytes('hello'))
    expect(await fixture.spool.append(id, 5, bytes(''))).toBe(5)
  })

  test('after a gap is refused, with the offset from which to send again', async () => {
    await using fixture = await temporarySpool()
    await fixture.spool.append(id, 0, bytes('hello'))
    const refusal = await fixture.spool.append(id, 6, bytes('x')).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(OutputGapError)
    expect(refusal).toMatchObject({ expectedOffset: 5 })
    expect(await textOf(fixture.spool)).toBe('hello')
  })

  // An empty file would be sealed over the whole output of an attempt that has ended.
  test('after a gap leaves no file where there was none', async () => {
    await using fixture = await temporarySpool()
    await expect(fixture.spool.append(id, 1, bytes('x'))).rejects.toThrow(OutputGapError)
    expect(await readdir(fixture.directory)).toEqual([])
    expect(await fixture.spool.list()).toEqual([])
  })

  test('that was refused keeps none of those after it', async () => {
    await using fixture = await temporarySpool()
    const refused = fixture.spool.append(id, 9, bytes('x'))
    const next = fixture.spool.append(id, 0, bytes('hello'))
    await expect(refused).rejects.toThrow(OutputGapError)
    expect(await next).toBe(5)
  })

  test('goes into a file that nobody else may read', async () => {
    await using fixture = await temporarySpool()
    await fixture.spool.append(id, 0, bytes('secret'))
    expect((await stat(fixture.spool.file(id))).mode & 0o777).toBe(0o600)
    expect((await stat(fixture.directory)).mode & 0o777).toBe(0o700)
  })
})

test('whatever is sent again and however it overlaps, the output is what was printed', async () => {
  const text = Buffer.from('abcdefghijklmnopqrstuvwxyz')
  const part = record({ offset: integer({ min: 0, max: 26 }), length: integer({ min: 0, max: 9 }) })
  await assert(
    asyncProperty(array(part, { maxLength: 20 }), async (parts) => {
      await using fixture = await temporarySpool()
      let length = 0
      for (const { offset, length: size } of parts) {
        const chunk = text.subarray(offset, offset + size)
        const isGap = offset > length
        length = isGap ? length : Math.max(length, offset + chunk.length)
        const answer = await fixture.spool.append(id, offset, chunk).catch(() => 'gap')
        expect(answer).toBe(isGap ? 'gap' : length)
      }
      const kept = length === 0 ? '' : await textOf(fixture.spool)
      expect(kept).toBe(text.subarray(0, length).toString())
    }),
    { numRuns: 40 },
  )
})

describe('the stored output', () => {
  test('has no length before the first chunk', async () => {
    await using fixture = await temporarySpool()
    expect(await fixture.spool.lengthBytes(id)).toBe(0)
  })

  test('can be read in parts, whose end is exclusive', async () => {
    await using fixture = await temporarySpool()
    await fixture.spool.append(id, 0, bytes('hello world'))
    expect(await fixture.spool.read(id, 4, 7).toArray()).toEqual([bytes('o w')])
    expect(await fixture.spool.read(id, 10, 11).toArray()).toEqual([bytes('d')])
  })

  test.each([
    [0, 11],
    [0, 1],
    [6, 11],
    [10, 11],
  ])('has a hash of the part from %i to %i', async (from, to) => {
    await using fixture = await temporarySpool()
    await fixture.spool.append(id, 0, bytes('hello world'))
    const expected = createHash('sha256').update('hello world'.slice(from, to)).digest('hex')
    expect(await fixture.spool.sha256(id, from, to)).toBe(expected)
  })

  test('is found by attempt, and by nothing else that lies there', async () => {
    await using fixture = await temporarySpool()
    await fixture.spool.append(attemptOf(2), 0, bytes('x'))
    await fixture.spool.append(attemptOf(3), 0, bytes('x'))
    await fixture.spool.append(id, 0, bytes('x'))
    await writeFile(`${fixture.spool.file(id)}.diff.patch.draft`, 'x')
    await writeFile(path.join(fixture.directory, 'README'), 'x')
    const found = await fixture.spool.list()
    expect(found.toSorted()).toEqual([1, 2, 3].map(attemptOf))
  })
})
