import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { AgentEvent, Executor } from '@sleepless/domain'
import { waitFor } from '@sleepless/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

import { finish, isAlive, openBench, type AgentRun, type Bench } from './fixtures/bench.ts'
import { NOTHING_USED } from './outcomes.ts'

/** An executor whose program is a shell script, and how its scripts say what they have to say. */
export interface ExecutorSubject {
  readonly create: (program: string) => Executor
  /** Shell commands that print this line, so that it is among the output. */
  readonly prints: (line: string) => string
  /** Shell commands after which the run has succeeded, with the answer `Done.` */
  readonly succeeds: string
}

/** Starts processes in sessions of their own, one with a cleared environment, and names them. */
const SPREAD = [
  '(cd / && setsid sh -c "echo \\$\\$ > $OLDPWD/elsewhere.pid; exec sleep 300" >/dev/null 2>&1 &)',
  '(env -i setsid sh -c "echo \\$\\$ > nameless.pid; exec sleep 300" >/dev/null 2>&1 &)',
  'until [ -s elsewhere.pid ] && [ -s nameless.pid ]; do sleep 0.02; done',
].join('\n')
const STUBBORN = "trap '' TERM; touch ready; while :; do sleep 0.1; done"

/** What every executor owes to those who call it. */
export function describeExecutor(name: string, subject: ExecutorSubject): void {
  async function open(script: string): Promise<Bench> {
    const bench = await openBench(script)
    onTestFinished(() => bench[Symbol.asyncDispose]())
    return bench
  }
  const start = (bench: Bench, order = {}): AgentRun =>
    bench.run(subject.create(bench.program), order)
  const appears = (bench: Bench, file: string): Promise<unknown> =>
    waitFor(() => existsSync(join(bench.directory, file)), { description: file })

  describe(`${name}, as every executor,`, () => {
    tells(open, start, subject)
    stops(open, start, { appears, prints: subject.prints, succeeds: subject.succeeds })
    fails(open, start, subject)
  })
}

type Open = (script: string) => Promise<Bench>
type Start = (bench: Bench, order?: { readonly timeoutMs?: number }) => AgentRun

function tells(open: Open, start: Start, { prints, succeeds, create }: ExecutorSubject): void {
  test('says first that it has started, and as which process', async () => {
    const { events, outcome } = await finish(start(await open(succeeds)))
    expect(events[0]).toEqual({ type: 'started', pid: expect.any(Number) })
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: 'Done.' })
  })

  test('starts nothing before it is asked for the first event', async () => {
    const bench = await open(`touch started; ${succeeds}`)
    const run = start(bench)
    expect(existsSync(join(bench.directory, 'started'))).toBe(false)
    await finish(run)
    expect(existsSync(join(bench.directory, 'started'))).toBe(true)
  })

  test('passes the output on in its order', async () => {
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index}`)
    const { output } = await finish(
      start(await open(lines.map(prints).join('\n') + `\n${succeeds}`)),
    )
    expect(output.split('\n').filter((line) => line.startsWith('line'))).toEqual(lines)
  })

  test('lets the program wait while nobody takes its output', async () => {
    const line = prints('x'.repeat(1000))
    const bench = await open(`for i in $(seq 3000); do ${line}; done; touch over; ${succeeds}`)
    const run = start(bench)
    for (let taken = 0; taken < 3; taken += 1) await run.next()
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(existsSync(join(bench.directory, 'over'))).toBe(false)
    await finish(run)
    expect(existsSync(join(bench.directory, 'over'))).toBe(true)
  })

  test('shows the program nothing of the environment of the worker', async () => {
    process.env['PLANTED_SECRET'] = 'planted-in-the-worker'
    onTestFinished(() => void delete process.env['PLANTED_SECRET'])
    const bench = await open(`env > environment; cat /proc/$PPID/environ > above; ${succeeds}`)
    await finish(start(bench))
    const environment = await readFile(join(bench.directory, 'environment'), 'utf8')
    expect(environment).not.toContain('planted-in-the-worker')
    expect(environment).toContain(`HOME=${bench.homePath}\n`)
  })

  test('says what it can do, and uses nothing of which it does not tell', async () => {
    const bench = await open(succeeds)
    const executor = create(bench.program)
    const { resume, steer, usage, jsonSchema } = executor.capabilities
    expect([resume, steer, usage, jsonSchema]).toEqual(Array(4).fill(expect.any(Boolean)))
    const { outcome } = await finish(bench.run(executor))
    expect(outcome.usage).toEqual(usage ? outcome.usage : NOTHING_USED)
  })

  test('says whether it could run', async () => {
    const bench = await open(succeeds)
    expect(await create(join(bench.directory, 'nowhere')).probe()).toMatchObject({
      available: false,
      code: 'AGENT_NOT_INSTALLED',
    })
  })
}

interface Stopping extends Pick<ExecutorSubject, 'prints' | 'succeeds'> {
  readonly appears: (bench: Bench, file: string) => Promise<unknown>
}

function stops(open: Open, start: Start, { appears, prints, succeeds }: Stopping): void {
  async function pidsIn({ directory }: Bench): Promise<readonly number[]> {
    const files = ['elsewhere.pid', 'nameless.pid'].map((file) => join(directory, file))
    return Promise.all(files.map(async (file) => Number(await readFile(file, 'utf8'))))
  }
  const pidOf = (events: readonly AgentEvent[]): number =>
    events.find((event) => event.type === 'started')?.pid ?? Number.NaN

  test('leaves no process alive when it is stopped', async () => {
    const bench = await open(`${SPREAD}\n${prints('busy')}\n${STUBBORN}`)
    const finished = finish(start(bench))
    await appears(bench, 'ready')
    bench.stop.abort()
    const { events, outcome } = await finished
    expect(outcome.kind).toBe('stopped')
    expect([pidOf(events), ...(await pidsIn(bench))].filter(isAlive)).toEqual([])
  })

  test('leaves no process alive when it ends by itself', async () => {
    const bench = await open(`${SPREAD}\n${succeeds}`)
    const { outcome } = await finish(start(bench))
    expect(outcome.kind).toBe('succeeded')
    expect((await pidsIn(bench)).filter(isAlive)).toEqual([])
  })

  test('stops when no more events are taken', async () => {
    const bench = await open(`${prints('busy')}\n${STUBBORN}`)
    const events: AgentEvent[] = []
    for await (const event of start(bench)) {
      events.push(event)
      if (event.type === 'output') break
    }
    expect(isAlive(pidOf(events))).toBe(false)
  })

  test('stops while nobody takes its events', async () => {
    const bench = await open(STUBBORN)
    const run = start(bench)
    const { done, value } = await run.next()
    if (done === true || value.type !== 'started') throw new Error('not started')
    await appears(bench, 'ready')
    bench.stop.abort()
    await waitFor(() => !isAlive(value.pid), { description: 'the program to end' })
    expect((await finish(run)).outcome.kind).toBe('stopped')
  })

  test('starts nothing when it is stopped before', async () => {
    const bench = await open(`touch started; ${succeeds}`)
    bench.stop.abort()
    const { events, outcome } = await finish(start(bench))
    expect({ events, outcome }).toEqual({
      events: [],
      outcome: { kind: 'stopped', usage: NOTHING_USED },
    })
    expect(existsSync(join(bench.directory, 'started'))).toBe(false)
  })

  test('is TIMED_OUT at its time limit, with all that it started', async () => {
    const bench = await open(`${SPREAD}\n${prints('busy')}\n${STUBBORN}`)
    const { events, outcome } = await finish(start(bench, { timeoutMs: 1500 }))
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'TIMED_OUT' } })
    expect([pidOf(events), ...(await pidsIn(bench))].filter(isAlive)).toEqual([])
  })
}

function fails(open: Open, start: Start, { prints, create }: ExecutorSubject): void {
  test('is AGENT_CRASHED when the program is killed, and keeps what it had said', async () => {
    const { output, outcome } = await finish(start(await open(`${prints('hello')}\nkill -9 $$`)))
    expect(output).toContain('hello\n')
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'AGENT_CRASHED' } })
  })

  test('is AGENT_CRASHED when there is no directory to run in', async () => {
    const bench = await open('')
    await rm(bench.directory, { recursive: true })
    const { events, outcome } = await finish(start(bench))
    expect(events).toEqual([])
    expect(outcome).toMatchObject({
      failure: { code: 'AGENT_CRASHED', message: expect.stringContaining(bench.directory) },
    })
  })

  test('is AGENT_NOT_INSTALLED when the program has gone', async () => {
    const bench = await open('')
    const executor = create(bench.program)
    await rm(bench.program)
    const { events, outcome } = await finish(bench.run(executor))
    expect(events).toEqual([])
    expect(outcome).toMatchObject({ failure: { code: 'AGENT_NOT_INSTALLED' } })
  })
}
