import { existsSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { AgentOrder } from '@sleepless/domain'
import { describe, expect, onTestFinished, test } from 'vitest'

import {
  finish,
  isAlive,
  newOrder,
  openBench,
  type Bench,
  type Finished,
} from '../fixtures/bench.ts'
import { createCommandExecutor, type CommandExecutorOptions } from './command-executor.ts'

async function open(script: string): Promise<Bench> {
  const bench = await openBench(script)
  onTestFinished(() => bench[Symbol.asyncDispose]())
  return bench
}

function run(
  bench: Bench,
  order: Partial<AgentOrder> = {},
  options: Partial<CommandExecutorOptions> = {},
): Promise<Finished> {
  const file = bench.program
  const executor = createCommandExecutor({ name: 'x', file, killGraceMs: 200, ...options })
  return finish(bench.run(executor, order))
}

describe('the program', () => {
  test.each([
    ['what a shell would run', '$(touch ran) `touch ran`; touch ran | & > ran\n"\' \\'],
    ['NUL characters', 'a\0b\0'],
    ['a megabyte', 'ñ😀x'.repeat(150_000)],
    ['what looks like options', '--help\n-rf /'],
  ])('gets a prompt with %s as its input, as it is', async (_, prompt) => {
    const bench = await open('cat > prompt')
    const { outcome } = await run(bench, { prompt })
    expect(outcome.kind).toBe('succeeded')
    expect(await readFile(join(bench.directory, 'prompt'), 'utf8')).toBe(prompt)
    expect(existsSync(join(bench.directory, 'ran'))).toBe(false)
  })

  test('gets what was sent to the task after the prompt, and that is noted', async () => {
    const bench = await open('cat')
    const receivedAt = new Date('2026-01-31T10:00:00.000Z')
    const messages = ['$(touch ran)', 'b'].map((text, at) => ({ number: at + 1, text, receivedAt }))
    const { output, events } = await run(bench, { prompt: 'p', messages })
    expect(output).toMatch(
      /^p\n\n.*\n\n<message number="1" sent="2026-01-31T10:00:00.000Z">\n\$\(touch/,
    )
    expect(output).toMatch(/<message number="2" sent="[^"]*">\nb\n<\/message>\n$/)
    const heard = events.filter(({ type }) => type === 'heard')
    expect(heard).toEqual([1, 2].map((number) => ({ type: 'heard', number })))
    expect(existsSync(join(bench.directory, 'ran'))).toBe(false)
  })

  test('need not read its input', async () => {
    const { outcome } = await run(await open('exec <&-; echo Done.'), {
      prompt: 'x'.repeat(2 ** 20),
    })
    expect(outcome).toMatchObject({ kind: 'succeeded', answer: 'Done.' })
  })

  test('is given the arguments of its configuration, and nothing else', async () => {
    const args = ['-c', '$(touch ran)', '', 'two words']
    const bench = await open(`printf '<%s>' "$@"`)
    const { output } = await run(bench, { prompt: 'p', model: 'm' }, { args })
    expect(output).toBe('<-c><$(touch ran)><><two words>')
  })

  test('sees of its task who it is, and of the machine where things are', async () => {
    const bench = await open('/usr/bin/env')
    const order = newOrder()
    const { output } = await run(bench, order, { path: '/opt/bin:/usr/bin' })
    const variables = output.trim().split('\n')
    // The shell adds its own.
    expect(variables.filter((line) => !/^(PWD|OLDPWD|_|SHLVL)=/.test(line)).toSorted()).toEqual([
      `HOME=${bench.homePath}`,
      'LANG=C.UTF-8',
      'PATH=/opt/bin:/usr/bin',
      `SLEEPLESS_ATTEMPT_ID=${order.attemptId}`,
      expect.stringMatching(/^SLEEPLESS_RUN=[-0-9a-f]{36}\.att_/),
      `SLEEPLESS_TASK_ID=${order.taskId}`,
      `TMPDIR=${bench.homePath}`,
    ])
  })

  test('that goes on in the background under another name is found and killed', async () => {
    const daemon = `const fs = require('fs'); process.title = 'x'.repeat(300); fs.writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000)`
    const bench = await open(
      `setsid "${process.execPath}" -e "${daemon}" >/dev/null 2>&1 & until [ -s pid ]; do sleep 0.02; done`,
    )
    const { outcome } = await run(bench)
    expect(outcome.kind).toBe('succeeded')
    expect(isAlive(Number(await readFile(join(bench.directory, 'pid'), 'utf8')))).toBe(false)
  })
})

describe('the output', () => {
  test('is what it prints, byte for byte, empty lines and all', async () => {
    const { output } = await run(await open(`printf 'a\\n\\n\\n b\\t\\303\\261'`))
    expect(output).toBe('a\n\n\n b\tñ')
  })

  test('holds its standard error too, in whole lines', async () => {
    const script = 'printf "one "; sleep 0.05; echo error >&2; sleep 0.05; echo two'
    const { output } = await run(await open(script))
    expect(output.split('\n').toSorted()).toEqual(['', 'error', 'one two'])
  })

  test('that came just before its end is all there', async () => {
    const { output } = await run(await open('head -c 60000 /dev/zero | tr "\\0" x; echo err >&2'))
    expect(output).toHaveLength(60_004)
  })

  test('beyond its limit is dropped, and said so once', async () => {
    const bench = await open('seq 100000; echo last')
    const { events, output, outcome } = await run(bench, {}, { maxOutputCharacters: 100_000 })
    expect(output.length).toBeLessThanOrEqual(100_000)
    expect(events.filter(({ type }) => type === 'warned')).toEqual([
      { type: 'warned', message: 'Output after 100000 characters was dropped.' },
    ])
    expect(outcome).toMatchObject({ answer: expect.stringMatching(/\n100000\nlast$/) })
  })

  test('of 100 MB passes through a few, in one line or in many', async () => {
    const flood = `yes | head -c 50000000; head -c 50000000 /dev/zero | tr '\\0' x; echo; echo end`
    const bench = await open(flood)
    const executor = createCommandExecutor({ name: 'x', file: bench.program, killGraceMs: 200 })
    const before = process.memoryUsage().rss
    let [most, taken] = [0, 0]
    let last = ''
    for await (const event of bench.run(executor)) {
      taken += 1
      if (taken % 100 === 0) most = Math.max(most, process.memoryUsage().rss - before)
      if (event.type === 'output') last = (last + event.text).slice(-200)
    }
    expect(last).toMatch(/characters more of this line\]\nend\n$/)
    // What the collector has not come to yet; all of it would be 100 at least.
    expect(most).toBeLessThan(64 * 2 ** 20)
  })
})

describe('the answer', () => {
  test('is the end of the standard output, in whole lines', async () => {
    const { outcome } = await run(await open('seq 1000; echo "  the end "; echo error >&2'))
    if (outcome.kind !== 'succeeded') throw new Error(outcome.kind)
    expect(outcome.answer).toMatch(/^\d+\n[\d\n]+\n1000\n {2}the end$/)
    expect(outcome.answer.length).toBeLessThanOrEqual(1000)
  })

  test('is the end of a line where that is too long', async () => {
    const { outcome } = await run(await open('head -c 5000 /dev/zero | tr "\\0" x'))
    expect(outcome).toMatchObject({ answer: 'x'.repeat(1000) })
  })
})

describe('an exit code', () => {
  test.each([
    [1, 'AGENT_REPORTED_ERROR', 'The program ended with exit code 1: no luck'],
    [126, 'AGENT_REPORTED_ERROR', 'The program ended with exit code 126: no luck'],
    [255, 'AGENT_REPORTED_ERROR', 'The program ended with exit code 255: no luck'],
    [137, 'AGENT_CRASHED', 'exit code 137, which stands for SIGKILL: no luck'],
    [139, 'AGENT_CRASHED', 'exit code 139, which stands for SIGSEGV: no luck'],
  ])('of %i is %s', async (exitCode, code, message) => {
    const { outcome } = await run(await open(`echo no luck >&2; echo out; exit ${exitCode}`))
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code, message: expect.stringContaining(message) },
    })
  })

  test('without a word on standard error is explained by standard output', async () => {
    const { outcome } = await run(await open('echo so it is; exit 2'))
    expect(outcome).toMatchObject({
      failure: { message: 'The program ended with exit code 2: so it is' },
    })
  })
})

describe('the probe', () => {
  const probe = (file: string): unknown =>
    createCommandExecutor({ name: 'x', file, killGraceMs: 200 }).probe()

  test('finds a program, and tells when it has changed', async () => {
    const bench = await open('')
    expect(await probe(bench.program)).toEqual({
      available: true,
      version: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    })
  })

  test.each([
    ['/nonexistent/program', 'There is no program /nonexistent/program.'],
    ['/etc', '/etc is not a file.'],
  ])('says of %s what is wrong', async (file, detail) => {
    expect(await probe(file)).toEqual({ available: false, code: 'AGENT_NOT_INSTALLED', detail })
  })

  test('does not find what may not be executed, and a run says the same', async () => {
    const bench = await open('')
    await writeFile(bench.program, '#!/bin/sh\n')
    await chmod(bench.program, 0o644)
    const detail = `${bench.program} may not be executed.`
    expect(await probe(bench.program)).toMatchObject({ available: false, detail })
    expect((await run(bench)).outcome).toMatchObject({
      failure: { code: 'AGENT_NOT_INSTALLED', message: detail },
    })
  })
})
