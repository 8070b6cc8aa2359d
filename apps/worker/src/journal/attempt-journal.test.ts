import { appendFile, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { createLogger } from '@sleepless/runtime'
import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

import { createAttemptJournal, reopenJournal, type AttemptJournal } from './attempt-journal.ts'
import type { BacklogLimits, Batch } from './backlog.ts'
import type { Claimed } from './record.ts'
import { createSegments, listJournals } from './segments.ts'

const ATTEMPT = 'att_01900000-0000-7000-8000-000000000001'
const CLAIMED: Claimed = {
  type: 'claimed',
  attemptId: ATTEMPT,
  taskId: 'tsk_01900000-0000-7000-8000-000000000001',
  fence: 1,
  sessionId: '01900000-0000-7000-8000-000000000001',
}
const ENDING = {
  outcome: { kind: 'canceled' },
  usage: { costMicroUsd: 1, inputTokens: 2, outputTokens: 3 },
} as const
const logger = createLogger({ service: 'worker', level: 'silent' })
const acted = (action: string) =>
  ({ type: 'acted', at: '2026-01-01T00:00:00.000Z', action }) as const

async function folder(): Promise<string> {
  const directory = await temporaryDirectory('sleepless-journal-')
  onTestFinished(() => directory[Symbol.asyncDispose]())
  return directory.path
}

function journalIn(at: string, limits?: BacklogLimits): AttemptJournal {
  const segments = createSegments(at, ATTEMPT)
  const journal = createAttemptJournal(CLAIMED, { segments, logger, ...(limits && { limits }) })
  onTestFinished(async () => {
    journal.keep()
    await journal.remove()
  })
  return journal
}

/** What a process that comes after a dead one finds. */
async function reopened(at: string): Promise<AttemptJournal> {
  const last = (await listJournals(at)).get(ATTEMPT) ?? 0
  const segments = createSegments(at, ATTEMPT, last)
  return reopenJournal({ segment: last, offset: Number.MAX_SAFE_INTEGER }, { segments, logger })
}

interface Everything {
  readonly actions: readonly string[]
  readonly output: string
  readonly batches: readonly Batch[]
}

/** Takes all that waits, as a service would, and checks that nothing is missing or repeated. */
async function takeAll(
  journal: AttemptJournal,
  known = { seq: 0, offset: 0 },
): Promise<Everything> {
  const batches: Batch[] = []
  const actions: string[] = []
  const pieces: Buffer[] = []
  let { seq, offset } = known
  for (let batch = await journal.next(); batch !== undefined; batch = await journal.next()) {
    batches.push(batch)
    for (const [index, report] of batch.reports.entries()) {
      if (batch.firstSeq + index !== seq + 1) continue
      seq++
      if (report.type === 'acted') actions.push(report.action)
    }
    if (batch.reports.length > 0) journal.reportsTaken(seq)
    expect(batch.output.length === 0 || batch.offset <= offset).toBe(true)
    const fresh = batch.output.subarray(Math.max(0, offset - batch.offset))
    pieces.push(fresh)
    offset += fresh.length
    if (batch.output.length > 0) journal.outputTaken(offset)
  }
  return { actions, output: Buffer.concat(pieces).toString(), batches }
}

const file = (at: string, number = 1): string => path.join(at, `${ATTEMPT}.${number}.journal`)

describe('what is told of an attempt', () => {
  test('is there in order, until it is taken', async () => {
    const journal = journalIn(await folder())
    journal.addReport(acted('a'))
    journal.addOutput('größe 😀 ')
    journal.addReport(acted('b'))
    journal.addOutput('\u0000end')
    expect((await journal.next())?.reports).toHaveLength(2)
    const { actions, output } = await takeAll(journal)
    expect({ actions, output }).toEqual({ actions: ['a', 'b'], output: 'größe 😀 \u0000end' })
    expect(await journal.next()).toBeUndefined()
    await journal.remove()
  })

  test('is found by the next process, with the ending', async () => {
    const at = await folder()
    const journal = journalIn(at)
    journal.addReport(acted('a'))
    journal.addOutput('some output')
    journal.end(ENDING)
    await journal.sync()
    const found = await reopened(at)
    expect(await takeAll(found)).toMatchObject({ actions: ['a'], output: 'some output' })
    expect(found.ending()).toEqual(ENDING)
  })

  test('is for nobody else to read', async () => {
    const at = await folder()
    const journal = journalIn(at)
    await journal.begun()
    expect((await stat(file(at))).mode & 0o777).toBe(0o600)
  })

  test('leaves nothing once it is removed, unless it is kept', async () => {
    const at = await folder()
    const journal = journalIn(at)
    journal.addOutput('x')
    journal.keep()
    await journal.remove()
    expect(await readdir(at)).toHaveLength(1)
    const found = await reopened(at)
    await found.remove()
    expect(await readdir(at)).toEqual([])
  })

  test('in one piece of any size comes whole, and no character is cut', async () => {
    const at = await folder()
    const journal = journalIn(at)
    const text = `x${'😀'.repeat(200_000)}`
    journal.addOutput(text)
    journal.end(ENDING)
    await journal.sync()
    expect((await takeAll(await reopened(at))).output).toBe(text)
    expect((await takeAll(journal)).output).toBe(text)
  })
})

describe('a journal whose writer died', () => {
  async function written(): Promise<string> {
    const at = await folder()
    const journal = journalIn(at)
    journal.addOutput('one ')
    await journal.sync()
    journal.addOutput('two ')
    await journal.sync()
    return at
  }

  test('in the middle of a line is read up to that line', async () => {
    const at = await written()
    const { size } = await stat(file(at))
    for (const cut of [1, 2, 20]) {
      await truncate(file(at), size - cut)
      expect((await takeAll(await reopened(at))).output).toBe('one ')
    }
  })

  test.each([
    ['zeros, as a power cut leaves them', '\0'.repeat(100)],
    ['a line that is not what was written', '00000000 {"type":"output","offset":8,"text":"no"}\n'],
    ['a line of nothing', '\n'],
  ])('and left %s is read up to there', async (_what, tail) => {
    const at = await written()
    await appendFile(file(at), tail)
    expect((await takeAll(await reopened(at))).output).toBe('one two ')
  })

  test('after the service had taken some of it repeats that, and leaves no gap', async () => {
    const at = await folder()
    const journal = journalIn(at)
    journal.addOutput('one ')
    await journal.sync()
    // Taken before it is written: it need not be written.
    journal.addOutput('two ')
    journal.outputTaken(8)
    journal.addOutput('three')
    await journal.sync()
    expect((await takeAll(await reopened(at), { seq: 0, offset: 8 })).output).toBe('three')
  })
})

describe('while the service is away', () => {
  const limits = { memoryBytes: 1000, memoryEntries: 10, diskBytes: 20_000 }
  const lines = Array.from({ length: 200 }, (_none, n) => `line ${n}\n`)

  test('what does not fit into memory waits on the disk, and comes in order', async () => {
    const at = await folder()
    const journal = journalIn(at, { ...limits, diskBytes: 1_000_000 })
    journal.setAway(true)
    for (const line of lines) {
      journal.addOutput(line)
      journal.addReport(acted(line))
      await journal.room(AbortSignal.timeout(5000))
    }
    journal.setAway(false)
    const { output, actions } = await takeAll(journal)
    expect(output).toBe(lines.join(''))
    expect(actions).toEqual(lines)
  })

  test('what comes while the disk is read comes after it', async () => {
    const journal = journalIn(await folder(), { ...limits, diskBytes: 1_000_000 })
    journal.setAway(true)
    for (const line of lines.slice(0, 100)) journal.addOutput(line)
    const [{ output: first }] = await Promise.all([
      takeAll(journal),
      (async () => {
        for (const line of lines.slice(100)) {
          journal.addOutput(line)
          await new Promise((resolve) => setImmediate(resolve))
        }
      })(),
    ])
    const offset = Buffer.byteLength(first)
    const { output: rest } = await takeAll(journal, { seq: 0, offset })
    expect(first + rest).toBe(lines.join(''))
  })

  test('the agent waits when the disk holds as much as it may', async () => {
    const journal = journalIn(await folder(), limits)
    journal.setAway(true)
    let added = 0
    const stop = new AbortController()
    const adding = (async () => {
      for (const line of [...lines, ...lines]) {
        if (stop.signal.aborted) return
        journal.addOutput(line)
        added++
        await journal.room(stop.signal)
      }
    })()
    await expect.poll(() => added).toBeGreaterThan(50)
    await journal.sync()
    const before = added
    await journal.sync()
    expect(added).toBe(before)
    stop.abort()
    await adding
  })

  test('the agent waits for the memory when the service is only slow', async () => {
    const journal = journalIn(await folder(), limits)
    for (const line of lines.slice(0, 20)) journal.addOutput(line)
    let hasRoom = false
    const room = journal.room(new AbortController().signal).then(() => (hasRoom = true))
    await journal.sync()
    expect(hasRoom).toBe(false)
    journal.outputTaken(10_000)
    await room
    expect(hasRoom).toBe(true)
  })
})

describe('the files of a long attempt', () => {
  test('are removed as it is taken, and the first says whose they are', async () => {
    const at = await folder()
    const journal = journalIn(at)
    const text = 'y'.repeat(60_000)
    for (let n = 0; n < 200; n++) {
      journal.addOutput(text)
      await journal.sync()
    }
    expect((await readdir(at)).length).toBeGreaterThan(2)
    await takeAll(journal)
    await expect.poll(() => readdir(at)).toHaveLength(2)
    expect(await readFile(file(at), 'utf8')).toContain('"type":"claimed"')
    await journal.remove()
    expect(await readdir(at)).toEqual([])
  })
})

test('a disk that cannot be written to costs nothing that memory holds', async () => {
  const at = await folder()
  // The journal's file is there already, and not its own.
  await writeFile(file(at), '')
  const journal = journalIn(at)
  journal.addOutput('all the same')
  await journal.begun()
  expect((await takeAll(journal)).output).toBe('all the same')
  await journal.remove()
})
