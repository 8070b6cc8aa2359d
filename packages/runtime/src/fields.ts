import { z } from 'zod'

import { connectionFields } from './connection-fields.ts'
import { LOG_LEVELS } from './logger.ts'
import { parseWorkerCommands, WorkerCommandsError } from './worker-commands.ts'
import { workerRegistriesField } from './worker-registries.ts'

const wholeNumber = (least: number, most: number): z.ZodCoercedNumber =>
  z.coerce
    .number(`expected a whole number from ${least} to ${most}`)
    .int(`expected a whole number from ${least} to ${most}`)
    .min(least, `expected a whole number from ${least} to ${most}`)
    .max(most, `expected a whole number from ${least} to ${most}`)

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https address' })

const hostField = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'expected host names without ports, such as api')

const proxyField = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'expected addresses or networks, such as 10.0.0.0/8',
)

/** As browsers name it: scheme, host and port alone. */
const originField = z
  .string()
  .refine(
    (text) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text,
    'expected origins, such as https://app.example.com',
  )

/** What stands between commas. */
const commaSeparated = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  )

/** The environment variables of the services, each with its form and its default. */
export const environmentFields = {
  SLEEPLESS_HOME: connectionFields.SLEEPLESS_HOME,
  SLEEPLESS_API_HOST: z.string().default('127.0.0.1'),
  SLEEPLESS_API_PORT: connectionFields.SLEEPLESS_API_PORT,
  SLEEPLESS_API_URL: connectionFields.SLEEPLESS_API_URL,
  SLEEPLESS_API_TOKEN: connectionFields.SLEEPLESS_API_TOKEN,
  SLEEPLESS_WORKER_TOKEN: connectionFields.SLEEPLESS_API_TOKEN,
  /** Names under which the service is reached, besides localhost; addresses always count. */
  SLEEPLESS_ALLOWED_HOSTS: commaSeparated.pipe(z.array(hostField)),
  /** Proxies in front of the service, whose word on the client's address and on TLS is taken. */
  SLEEPLESS_TRUSTED_PROXIES: commaSeparated.pipe(z.array(proxyField)),
  /** Of pages elsewhere that may use the service with a bearer token. */
  SLEEPLESS_CORS_ORIGINS: commaSeparated.pipe(z.array(originField)),
  /** Requests a second, of each token and of each address without one. */
  SLEEPLESS_RATE_LIMIT: wholeNumber(1, 1_000_000).default(300),
  /** Of the admin token; default: as many as it likes. */
  SLEEPLESS_ADMIN_RATE_LIMIT: wholeNumber(1, 1_000_000).optional(),
  SLEEPLESS_SANDBOX: z
    .enum(['auto', 'required', 'off'], 'expected auto, required or off')
    .default('auto'),
  SLEEPLESS_LOG_LEVEL: z
    .enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`)
    .default('info'),
  SLEEPLESS_LEASE_MS: wholeNumber(500, 600_000).default(15_000),
  /** What all tasks together may cost in a day (UTC), in dollars at list prices. */
  SLEEPLESS_DAILY_BUDGET_USD: z.coerce
    .number('expected dollars, at least 0.1')
    .min(0.1, 'expected dollars, at least 0.1')
    .max(1_000_000, 'expected dollars, at most 1000000')
    .optional(),
  QUEUE_URL: z
    .string()
    .regex(/^(?:memory:|rediss?:\/\/.+)$/, 'expected memory:, redis://… or rediss://…')
    .default('memory:'),
  /** `s3://bucket?region=…&endpoint=…`; credentials as the AWS SDK finds them. */
  SLEEPLESS_RESULTS_URL: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+(?:\?.*)?$/, 'expected s3://bucket?region=…&endpoint=…')
    .optional(),
  /** How long attempts may go on once their worker is asked to stop. */
  SLEEPLESS_STOP_GRACE_MS: wholeNumber(0, 86_400_000).default(30_000),
  SLEEPLESS_CHECKPOINT_MS: wholeNumber(0, 86_400_000).default(60_000),
  WORKER_CONCURRENCY: wholeNumber(1, 256).default(2),
  WORKER_LABELS: commaSeparated,
  /** Programs that tasks may choose as `command:<name>`: see `parseWorkerCommands`. */
  WORKER_COMMANDS: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return parseWorkerCommands(text)
      } catch (error) {
        if (!(error instanceof WorkerCommandsError)) throw error
        context.addIssue({ code: 'custom', message: error.message })
        return z.NEVER
      }
    }),
  /** Of those, the ones that run without a sandbox, by name. */
  WORKER_HOST_COMMANDS: commaSeparated,
  WORKER_REGISTRIES: workerRegistriesField,
  /** How long the workspaces of ended attempts stay for people to look at; 0: not at all. */
  WORKER_KEEP_SUCCEEDED_MS: wholeNumber(0, YEAR_MS).default(DAY_MS),
  WORKER_KEEP_OTHER_MS: wholeNumber(0, YEAR_MS).default(7 * DAY_MS),
  /** Of all of them together. */
  WORKER_KEEP_BYTES: wholeNumber(0, 2 ** 50).default(20e9),
  /** Clones to have ready for each large project in use. */
  WORKER_SPARE_CLONES: wholeNumber(0, 64).default(2),
  BUBBLEWRAP_BIN: z.string().optional(),
  CLAUDE_BIN: z.string().optional(),
  CLAUDE_MODEL: z.string().optional(),
  /** Set: tasks may choose `codex`. */
  CODEX_BIN: z
    .string()
    .regex(/^(?:\/.*|[^/]+)$/, 'expected an absolute path, or a name without a slash')
    .optional(),
  CODEX_MODEL: z.string().optional(),
  CODEX_API_KEY: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  CLAUDE_CODE_OAUTH_TOKEN: z.string().optional(),
  ANTHROPIC_BASE_URL: httpUrl.optional(),
  HTTPS_PROXY: httpUrl.optional(),
  NO_PROXY: z.string().optional(),
  SLACK_BOT_TOKEN: z.string().optional(),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_API_URL: httpUrl.optional(),
} as const

/** All of them at once; an app picks those that it reads. */
export const environment: z.ZodObject<typeof environmentFields> = z.object(environmentFields)
