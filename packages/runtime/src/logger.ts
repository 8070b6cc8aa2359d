import { createRequire } from 'node:module'

import type * as Pino from 'pino'
import type { DestinationStream, Logger as PinoLogger } from 'pino'

// Only whoever logs loads it: to a command that a person waits for it would be a fifth of its start.
const require = createRequire(import.meta.url)

export type Logger = PinoLogger
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LoggerOptions {
  readonly service: string
  readonly level: LogLevel
  /**
   * Values that must not appear in any line, wherever they come from. Short ones are ignored. What is
   * added later counts for the lines after it.
   */
  readonly secrets?: ReadonlySet<string>
  /** Where lines go; standard output by default. */
  readonly destination?: DestinationStream
}

// Anything shorter would black out ordinary words.
const MIN_SECRET_LENGTH = 8

const SECRET_PATHS = ['token', 'authorization', 'apiKey', 'password', 'credential'].flatMap(
  (name) => [name, `*.${name}`, `*.*.${name}`],
)

/** JSON lines, with secrets removed by path and by value. */
export function createLogger(options: LoggerOptions): Logger {
  const { destination, pino }: typeof Pino = require('pino')
  const secrets = longestFirst(options.secrets ?? new Set())
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      hooks: { streamWrite: (line) => withoutSecrets(line, secrets()) },
    },
    options.destination ?? destination({ sync: true }),
  )
}

/** Else one that begins another would leave the rest of that behind. */
function longestFirst(given: ReadonlySet<string>): () => readonly string[] {
  let known: readonly string[] = []
  let size = 0
  return () => {
    if (given.size !== size) {
      size = given.size
      known = [...given]
        .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
        .toSorted((a, b) => b.length - a.length)
    }
    return known
  }
}

function withoutSecrets(line: string, secrets: readonly string[]): string {
  let clean = line
  for (const secret of secrets) {
    clean = clean.replaceAll(secret, '[redacted]')
    // A value with quotes or backslashes stands in the line as JSON writes it.
    clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), '[redacted]')
  }
  return clean
}
