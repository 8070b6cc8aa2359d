import { describe, expect, test } from 'vitest'

import { createLogger, type Logger, type LoggerOptions } from './logger.ts'

function recorded(options: Partial<LoggerOptions> = {}): { logger: Logger; lines: string[] } {
  const lines: string[] = []
  const logger = createLogger({
    service: 'api',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
    ...options,
  })
  return { logger, lines }
}

describe('a line of the log', () => {
  test('is JSON with the service, the message and the fields', () => {
    const { logger, lines } = recorded()
    logger.info({ taskId: 'tsk_1' }, 'task submitted')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 30,
      service: 'api',
      taskId: 'tsk_1',
      msg: 'task submitted',
    })
  })

  test('is not written below the level', () => {
    const { logger, lines } = recorded({ level: 'warn' })
    logger.info('quiet')
    logger.warn('heard')
    expect(lines).toHaveLength(1)
  })
})

describe('a secret', () => {
  test.each([
    [{ token: 'hunter2' }],
    [{ authorization: 'Bearer hunter2' }],
    [{ config: { apiKey: 'hunter2' } }],
    [{ req: { headers: { authorization: 'Bearer hunter2' } } }],
    [{ password: 'hunter2' }],
    [{ credential: { value: 'hunter2' } }],
  ])('does not appear where it is expected: %j', (fields) => {
    const { logger, lines } = recorded()
    logger.info(fields, 'x')
    expect(lines.join('')).not.toContain('hunter2')
    expect(lines.join('')).toContain('[redacted]')
  })

  const SECRET = 'sk-ant-0123456789'

  test.each<[string, (logger: Logger) => void]>([
    ['the message', (logger) => logger.info(`using ${SECRET} now`)],
    ['a field', (logger) => logger.info({ detail: [{ deep: SECRET }] }, 'x')],
    ['the name of a field', (logger) => logger.info({ [SECRET]: 1 }, 'x')],
    ['an error', (logger) => logger.error({ err: new Error(`refused ${SECRET}`) }, 'x')],
    [
      'the cause of an error',
      (logger) => logger.error({ err: new Error('a', { cause: new Error(SECRET) }) }, 'x'),
    ],
    ['the fields of a child', (logger) => logger.child({ url: `http://${SECRET}@h` }).info('x')],
  ])('does not appear in %s', (_where, log) => {
    const { logger, lines } = recorded({ secrets: new Set([SECRET]) })
    log(logger)
    expect(lines.join('')).not.toContain(SECRET)
    expect(lines.join('')).toContain('[redacted]')
  })

  test('does not appear as JSON writes it either', () => {
    const secret = 'quo"te\\back\nslash'
    const { logger, lines } = recorded({ secrets: new Set([secret]) })
    logger.info({ secret }, `it is ${secret}`)
    expect(lines.join('')).not.toContain('te\\\\back')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      secret: '[redacted]',
      msg: 'it is [redacted]',
    })
  })

  test('does not appear in part when another secret is its beginning', () => {
    const { logger, lines } = recorded({ secrets: new Set(['password', 'password-and-more']) })
    logger.info('it is password-and-more')
    expect(lines.join('')).not.toContain('and-more')
  })

  test('that is shorter than eight characters leaves ordinary words alone', () => {
    const { logger, lines } = recorded({ secrets: new Set(['task', '']) })
    logger.info('task submitted')
    expect(lines.join('')).toContain('task submitted')
  })

  test('leaves a line of JSON behind', () => {
    const { logger, lines } = recorded({ secrets: new Set([SECRET, 'another-secret']) })
    logger.info({ a: SECRET, b: 'another-secret' }, 'x')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ a: '[redacted]', b: '[redacted]' })
  })
})
