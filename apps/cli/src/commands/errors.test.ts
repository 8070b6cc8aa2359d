import { describe, expect, test } from 'vitest'

import { startFakeApi, TOKEN } from '../testing/fake-api.ts'
import { refusing } from '../testing/refusing-api.ts'
import { runCaptured } from '../testing/run-captured.ts'

// Nobody listens there: it is the port of `discard`, and below those that are given out.
const NOWHERE = 'http://127.0.0.1:9'

describe('exit codes', () => {
  test('2 for an unknown option, with where to look', async () => {
    const run = await runCaptured(['check', '--bogus'])
    expect(run).toMatchObject({ exitCode: 2, stdout: '' })
    expect(run.stderr).toBe("error: unknown option '--bogus'\nSee: sleepless check --help\n")
  })

  test('2 for an unknown command, with the one that was meant', async () => {
    const run = await runCaptured(['chek'])
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain('Did you mean check?')
  })

  test('2 for a group of commands without one of them', async () => {
    expect((await runCaptured(['projects'])).exitCode).toBe(2)
  })

  test.each([
    ['--priority', '101'],
    ['--priority', 'high'],
    ['--timeout', '30'],
    ['--budget', '0'],
    ['--budget', 'much'],
    ['--not-before', 'tomorrow'],
    ['--deadline', 'tomorrow'],
    ['--on-dependency-failure', 'explode'],
  ])('2 for %s %s', async (option, value) => {
    expect((await runCaptured(['think', 'x', option, value])).exitCode).toBe(2)
  })

  test('2 for what the service finds wrong', async () => {
    await using api = await startFakeApi()
    const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN }
    expect((await runCaptured(['think', 'x', '-p', 'Not A Slug'], { env })).exitCode).toBe(2)
  })

  test('3 for a task that is not there', async () => {
    await using api = await startFakeApi()
    const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN }
    const run = await runCaptured(['show', 'tsk_0'], { env })
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toBe(
      'error: this is TASK_NOT_FOUND. See what there is with: sleepless check\n',
    )
  })

  test('5 for a token that the service refuses', async () => {
    await using api = await startFakeApi()
    const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: 'another-token' }
    expect((await runCaptured(['check'], { env })).exitCode).toBe(5)
  })

  test('5 for a token that may not do this, with what would', async () => {
    const detail = 'the token has not the scope operate, which this needs'
    await using api = await refusing(403, 'FORBIDDEN', detail)
    const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN }
    const run = await runCaptured(['pause'], { env })
    expect(run.exitCode).toBe(5)
    expect(run.stderr).toBe(
      `error: ${detail}. Use a token that has it; an admin makes one with: ` +
        'sleepless tokens create <name> --scope operate\n',
    )
  })

  test('5 without a token, with what to do', async () => {
    const run = await runCaptured(['check'], { env: { SLEEPLESS_HOME: '/nonexistent' } })
    expect(run.exitCode).toBe(5)
    expect(run.stderr).toContain('Start the service with: sleepless up')
  })

  test('69 when the service does not answer, with what to do', async () => {
    const env = { SLEEPLESS_API_URL: NOWHERE, SLEEPLESS_API_TOKEN: TOKEN }
    expect(await runCaptured(['check'], { env })).toEqual({
      exitCode: 69,
      stdout: '',
      stderr: `error: no answer from ${NOWHERE}. Start the service with: sleepless up\n`,
    })
  })
})

test('an error has no stack trace', async () => {
  const env = { SLEEPLESS_API_URL: NOWHERE, SLEEPLESS_API_TOKEN: TOKEN }
  expect((await runCaptured(['check'], { env })).stderr).not.toContain('    at ')
})

test('an error has one where the log level is debug', async () => {
  const env = {
    SLEEPLESS_API_URL: NOWHERE,
    SLEEPLESS_API_TOKEN: TOKEN,
    SLEEPLESS_LOG_LEVEL: 'debug',
  }
  expect((await runCaptured(['check'], { env })).stderr).toContain('    at ')
})

test('a bad variable is named, and its value is not', async () => {
  const env = { SLEEPLESS_API_PORT: 'secret', SLEEPLESS_API_TOKEN: TOKEN }
  const run = await runCaptured(['check'], { env })
  expect(run.exitCode).toBe(1)
  expect(run.stderr).toContain('SLEEPLESS_API_PORT')
  expect(run.stderr).not.toContain('secret')
})

describe('help', () => {
  test('without a command, lists the commands and is no error', async () => {
    const run = await runCaptured([])
    expect(run.exitCode).toBe(0)
    expect(run.stdout).toContain('see what runs, what waits and why')
  })

  test('is the same by `help logs` and `logs --help`', async () => {
    expect(await runCaptured(['help', 'logs'])).toEqual(await runCaptured(['logs', '--help']))
  })
})
