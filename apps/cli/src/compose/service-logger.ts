import { createLogger, type Environment, type Logger, type LogLevel } from '@sleepless/runtime'
import type { LoggerOptions } from '@sleepless/runtime'

import type { CliContext } from '../cli-context.ts'

const SECRET_VARIABLES = [
  'SLEEPLESS_API_TOKEN',
  'SLEEPLESS_WORKER_TOKEN',
  'ANTHROPIC_API_KEY',
  'CODEX_API_KEY',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'GITHUB_TOKEN',
]

export interface ServiceLoggerOptions {
  readonly service: string
  readonly level: LogLevel
  readonly secrets: ReadonlySet<string>
}

/** All secrets that an environment holds. */
export function secretsIn(env: Environment): readonly string[] {
  const values = [...SECRET_VARIABLES.map((name) => env[name]), passwordOf(env['QUEUE_URL'])]
  return values.filter((value) => value !== undefined)
}

/** JSON lines on standard output; lines for people where that is a terminal. */
export async function serviceLogger(
  { stdout }: Pick<CliContext, 'stdout'>,
  { service, level, secrets }: ServiceLoggerOptions,
): Promise<Logger> {
  return createLogger({
    service,
    level,
    secrets,
    destination: stdout.isTTY === true ? await prettyTo(stdout) : stdout,
  })
}

async function prettyTo(
  stdout: CliContext['stdout'],
): Promise<NonNullable<LoggerOptions['destination']>> {
  const { build } = await import('pino-pretty')
  return build({ destination: stdout, ignore: 'pid,hostname,service', translateTime: 'HH:MM:ss' })
}

function passwordOf(url: string | undefined): string | undefined {
  const password = url === undefined ? undefined : URL.parse(url)?.password
  return password === '' ? undefined : password
}
