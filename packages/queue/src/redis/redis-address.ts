import type { RedisOptions } from 'ioredis'

import { InvalidQueueUrlError } from '../errors.ts'

export interface RedisAddress {
  /** Host and port, without the credentials. */
  readonly label: string
  readonly options: RedisOptions
  /** The text of a failure, for logs and messages: without the password, should it occur there. */
  readonly describe: (failure: unknown) => string
}

/** @throws {InvalidQueueUrlError} unless `url` is `redis[s]://[user:password@]host[:port][/db]`. */
export function parseRedisUrl(url: string): RedisAddress {
  const parsed = URL.parse(url)
  const db = Number(parsed?.pathname.slice(1) ?? 0)
  if (parsed === null || parsed.hostname === '' || !Number.isInteger(db) || db < 0) {
    throw new InvalidQueueUrlError()
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = parsed.port === '' ? 6379 : Number(parsed.port)
  const username = decode(parsed.username)
  const password = decode(parsed.password)
  const secrets = [password, parsed.password].filter((secret) => secret !== '')

  return {
    label: `${parsed.hostname}:${port}`,
    options: {
      host,
      port,
      db,
      ...(username !== '' && { username }),
      ...(password !== '' && { password }),
      ...(parsed.protocol === 'rediss:' && { tls: {} }),
    },
    // Only the text: an error of Redis carries the command it answers, and that may be AUTH.
    describe(failure) {
      const text = failure instanceof Error ? failure.message : String(failure)
      return secrets.reduce((safe, secret) => safe.replaceAll(secret, '***'), text)
    },
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new InvalidQueueUrlError()
  }
}
