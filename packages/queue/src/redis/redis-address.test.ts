import { describe, expect, test } from 'vitest'

import { parseRedisUrl } from './redis-address.ts'

describe('parseRedisUrl', () => {
  test.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://10.0.0.1:6380/3', { host: '10.0.0.1', port: 6380, db: 3 }],
    ['redis://[::1]:6380/', { host: '::1', port: 6380, db: 0 }],
    ['redis://:p%40ss@h', { host: 'h', port: 6379, db: 0, password: 'p@ss' }],
    ['redis://me:it@h', { host: 'h', port: 6379, db: 0, username: 'me', password: 'it' }],
    ['rediss://h', { host: 'h', port: 6379, db: 0, tls: {} }],
  ])('reads %s', (url, options) => {
    expect(parseRedisUrl(url).options).toEqual(options)
  })

  test('names the server without its credentials', () => {
    expect(parseRedisUrl('redis://me:secret@localhost:6380/3').label).toBe('localhost:6380')
  })

  test('describes failures without the password, encoded or not', () => {
    const { describe: describeFailure } = parseRedisUrl('redis://:p%40ss@localhost')
    expect(describeFailure(new Error('no p@ss, no p%40ss'))).toBe('no ***, no ***')
  })
})
