import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { kill } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { ensureProgram, waitFor } from '@sleepless/testing'
import { beforeAll, expect, test } from 'vitest'

import { createSandbox } from './create-sandbox.ts'
import { CLINGING, countOf, newMark } from './fixtures/clinging.ts'
import { createAttempt, shell, start } from './fixtures/run-inside.ts'

const SOURCES = fileURLToPath(new URL('.', import.meta.url))

beforeAll(async () => {
  await ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' })
})

async function firstLine({ stdout }: ChildProcess): Promise<unknown> {
  if (stdout === null) throw new Error('no pipe')
  return (await createInterface({ input: stdout })[Symbol.asyncIterator]().next()).value
}

test('what is inside ends when bubblewrap is killed, whatever it does to escape', async () => {
  const mark = newMark()
  await using attempt = await createAttempt()
  await using enclosure = await createSandbox().enclose(shell(attempt, CLINGING(mark)))
  const child = start(enclosure)
  expect(await firstLine(child)).toBe('ready')
  expect(countOf(mark)).toBe(3)
  child.kill('SIGKILL')
  await waitFor(() => countOf(mark) === 0, { description: 'everybody to end' })
})

test('what is inside ends when the worker is killed', async () => {
  const mark = newMark()
  await using attempt = await createAttempt()
  const program = `
    import { createSandbox } from '${SOURCES}create-sandbox.ts'
    import { start } from '${SOURCES}fixtures/run-inside.ts'
    const enclosure = await createSandbox().enclose(${JSON.stringify(shell(attempt, CLINGING(mark)))})
    start(enclosure).stdout.pipe(process.stdout)`
  const worker = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', program],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  expect(await firstLine(worker)).toBe('ready')
  expect(countOf(mark)).toBe(3)
  worker.kill('SIGKILL')
  await waitFor(() => countOf(mark) === 0, { description: 'everybody to end' })
})

test('what is inside ends when the enclosure is disposed of', async () => {
  const mark = newMark()
  await using attempt = await createAttempt()
  const enclosure = await createSandbox().enclose(shell(attempt, CLINGING(mark)))
  const isCounted = enclosure.limits.some(({ mechanism }) => mechanism !== 'rlimit')
  const child = start(enclosure)
  const ended = once(child, 'exit')
  expect(await firstLine(child)).toBe('ready')
  if (!isCounted) child.kill('SIGKILL')
  await enclosure[Symbol.asyncDispose]()
  await ended
  expect(countOf(mark)).toBe(0)
})

test('SIGTERM to the process group reaches the program, which may take its time', async () => {
  await using attempt = await createAttempt()
  const script = `trap 'echo asked; exit 5' TERM; echo ready; while :; do sleep 0.01; done`
  await using enclosure = await createSandbox().enclose(shell(attempt, script))
  const child = start(enclosure)
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toBe('ready')
  const ended = once(child, 'exit')
  kill(-(child.pid ?? 0), 'SIGTERM')
  expect((await lines.next()).value).toBe('asked')
  expect(await ended).toEqual([5, null])
})

test('a program that does not catch SIGTERM ends of it', async () => {
  await using attempt = await createAttempt()
  await using enclosure = await createSandbox().enclose(
    shell(attempt, 'echo ready; exec sleep 300'),
  )
  const child = start(enclosure)
  expect(await firstLine(child)).toBe('ready')
  const ended = once(child, 'exit')
  kill(-(child.pid ?? 0), 'SIGTERM')
  expect(await ended).toEqual([143, null])
})

test('a program that kills its own process group ends itself, and nobody else', async () => {
  await using attempt = await createAttempt()
  await using enclosure = await createSandbox().enclose(shell(attempt, 'kill -9 0'))
  const child = start(enclosure)
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
})

test('a fork bomb ends with its sandbox', async () => {
  await using attempt = await createAttempt()
  const script = `echo ready; bomb() { bomb | bomb & }; bomb 2> /dev/null; while :; do :; done`
  const sandbox = createSandbox({ limits: { processes: 100 } })
  await using enclosure = await sandbox.enclose(shell(attempt, script))
  const child = start(enclosure)
  child.stderr?.resume()
  expect(await firstLine(child)).toBe('ready')
  expect(inFolder(attempt.workspacePath)).toBeGreaterThan(0)
  child.kill('SIGKILL')
  await waitFor(() => inFolder(attempt.workspacePath) === 0, { description: 'the bomb to end' })
})

test('a program that fills the disk is told of while it does', async () => {
  await using attempt = await createAttempt()
  const sandbox = createSandbox({ limits: { diskBytes: 2 ** 20 } })
  const script = 'mkdir -p a/b; head -c 2M /dev/zero > a/b/c; head -c 1M /dev/zero > ~/d; sleep 300'
  await using enclosure = await sandbox.enclose(shell(attempt, script))
  const child = start(enclosure)
  const ended = once(child, 'exit')
  expect(await enclosure.diskFull).toMatch(/^The workspace holds \d MiB; 1 MiB are allowed\.$/)
  child.kill('SIGKILL')
  await ended
})

/** How many processes of the host have it mounted. */
function inFolder(path: string): number {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/mountinfo`, 'utf8').includes(path)
    } catch {
      return false
    }
  }).length
}
