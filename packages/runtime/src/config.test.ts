import { assert, constantFrom, property, stringMatching } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { loadConfig, type Environment } from './config.ts'
import { environment, environmentFields } from './fields.ts'
import { StartupError } from './startup-error.ts'

function problemOf(env: Environment, schema: z.ZodType = environment): string {
  try {
    loadConfig(schema, env)
  } catch (error) {
    if (error instanceof StartupError) return error.message
    throw error
  }
  return ''
}

describe('the configuration', () => {
  test('has defaults for everything that need not be said', () => {
    expect(loadConfig(environment, {})).toMatchObject({
      SLEEPLESS_API_HOST: '127.0.0.1',
      SLEEPLESS_API_PORT: 7300,
      SLEEPLESS_LEASE_MS: 15_000,
      SLEEPLESS_SANDBOX: 'auto',
      SLEEPLESS_LOG_LEVEL: 'info',
      QUEUE_URL: 'memory:',
      WORKER_CONCURRENCY: 2,
      WORKER_LABELS: [],
    })
  })

  test('takes what is said', () => {
    const env = {
      SLEEPLESS_API_PORT: '0',
      SLEEPLESS_DAILY_BUDGET_USD: '12.50',
      WORKER_CONCURRENCY: '256',
      WORKER_LABELS: ' a, ,b ',
    }
    expect(loadConfig(environment, env)).toMatchObject({
      SLEEPLESS_DAILY_BUDGET_USD: 12.5,
      SLEEPLESS_API_PORT: 0,
      WORKER_CONCURRENCY: 256,
      WORKER_LABELS: ['a', 'b'],
    })
  })

  test.each(['', ' ', '\t\n'])('counts the value %j as unset', (value) => {
    const env = { SLEEPLESS_API_PORT: value, SLEEPLESS_API_TOKEN: value }
    expect(loadConfig(environment, env)).toMatchObject({ SLEEPLESS_API_PORT: 7300 })
    expect(loadConfig(environment, env)).not.toHaveProperty('SLEEPLESS_API_TOKEN')
  })

  test('ignores variables that are none of its own', () => {
    expect(problemOf({ PATH: '/bin', HOME: '/root' })).toBe('')
  })
})

describe('a bad value', () => {
  test.each([
    [{ SLEEPLESS_API_PORT: '65536' }],
    [{ SLEEPLESS_API_PORT: '-1' }],
    [{ SLEEPLESS_API_PORT: '80.5' }],
    [{ SLEEPLESS_API_PORT: 'http' }],
    [{ SLEEPLESS_API_URL: 'localhost:7300' }],
    [{ SLEEPLESS_API_URL: 'ftp://localhost' }],
    [{ SLEEPLESS_API_TOKEN: 'short' }],
    [{ SLEEPLESS_API_TOKEN: 'with a space in it' }],
    [{ SLEEPLESS_CORS_ORIGINS: '*' }],
    [{ SLEEPLESS_CORS_ORIGINS: 'null' }],
    [{ SLEEPLESS_CORS_ORIGINS: 'app.example.com' }],
    [{ SLEEPLESS_CORS_ORIGINS: 'https://app.example.com/' }],
    [{ SLEEPLESS_CORS_ORIGINS: 'https://ok.example.com, ftp://app.example.com' }],
    [{ SLEEPLESS_DAILY_BUDGET_USD: '0' }],
    [{ SLEEPLESS_DAILY_BUDGET_USD: 'much' }],
    [{ HTTPS_PROXY: 'socks5://localhost' }],
    [{ SLEEPLESS_SANDBOX: 'maybe' }],
    [{ SLEEPLESS_LOG_LEVEL: 'loud' }],
    [{ SLEEPLESS_LEASE_MS: '499' }],
    [{ QUEUE_URL: 'amqp://host' }],
    [{ QUEUE_URL: 'redis://' }],
    [{ SLEEPLESS_RESULTS_URL: 's3:bucket' }],
    [{ WORKER_CONCURRENCY: '0' }],
    [{ WORKER_CONCURRENCY: '257' }],
    [{ ANTHROPIC_BASE_URL: 'x' }],
  ])('such as %j stops the service with one line that names the variable', (env) => {
    const message = problemOf(env)
    expect(message).toContain(Object.keys(env)[0])
    expect(message).not.toContain('\n')
  })

  test('is named together with all others that are bad', () => {
    const message = problemOf({ SLEEPLESS_API_PORT: 'x', WORKER_CONCURRENCY: '0' })
    expect(message).toContain('SLEEPLESS_API_PORT: expected a whole number from 0 to 65535')
    expect(message).toContain('WORKER_CONCURRENCY: expected a whole number from 1 to 256')
  })

  test('is never quoted, whatever it is and whichever variable holds it', () => {
    const names = constantFrom(...Object.keys(environmentFields))
    const value = stringMatching(/^[a-z0-9]{0,6}[ !"\\{}$][a-zA-Z0-9:/ ]{20,40}$/)
    assert(
      property(names, value, (name, secret) => {
        expect(problemOf({ [name]: secret })).not.toContain(secret.trim())
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['a union', z.object({ A: z.union([z.literal('x'), z.literal('y')]) })],
    ['a list of words', z.object({ A: z.enum(['x', 'y']) })],
    ['a literal', z.object({ A: z.literal('x') })],
    ['a number', z.object({ A: z.coerce.number() })],
    ['an address', z.object({ A: z.url() })],
    ['a pattern', z.object({ A: z.string().regex(/^x$/) })],
    ['nothing else', z.strictObject({})],
    ['a date', z.object({ A: z.iso.datetime() })],
  ])('is not quoted where %s is expected', (_name, schema) => {
    expect(problemOf({ A: 'hunter2-hunter2' }, schema)).not.toContain('hunter2')
    expect(problemOf({ A: 'hunter2-hunter2' }, schema)).toContain('Bad configuration')
  })
})
