import { environment, type WorkerCommand } from '@sleepless/runtime'
import { z } from 'zod'

type Env = Pick<
  z.output<typeof environment>,
  | 'SLEEPLESS_SANDBOX'
  | 'WORKER_COMMANDS'
  | 'WORKER_HOST_COMMANDS'
  | 'CODEX_BIN'
  | 'CODEX_MODEL'
  | 'CODEX_API_KEY'
  | 'CLAUDE_BIN'
  | 'CLAUDE_MODEL'
  | 'ANTHROPIC_API_KEY'
  | 'CLAUDE_CODE_OAUTH_TOKEN'
  | 'ANTHROPIC_BASE_URL'
>

export interface ExecutorConfig {
  readonly sandbox: Env['SLEEPLESS_SANDBOX']
  /** `isOnHost`: it runs without a sandbox, whatever is said of others. */
  readonly commands: readonly (WorkerCommand & { readonly isOnHost: boolean })[]
  /** Absent for a worker that is not to run it. */
  readonly codex:
    | {
        readonly binary: string
        readonly defaultModel: string | undefined
        readonly apiKey: string | undefined
      }
    | undefined
  readonly claude: {
    readonly binary: string | undefined
    readonly model: string | undefined
    readonly apiKey: string | undefined
    readonly oauthToken: string | undefined
    readonly baseUrl: string | undefined
  }
}

/** What the environment says of executors. */
export function executorConfig(env: Env): ExecutorConfig {
  return {
    sandbox: env.SLEEPLESS_SANDBOX,
    commands: env.WORKER_COMMANDS.map((command) => ({
      ...command,
      isOnHost: env.WORKER_HOST_COMMANDS.includes(command.name),
    })),
    codex:
      env.CODEX_BIN === undefined
        ? undefined
        : { binary: env.CODEX_BIN, defaultModel: env.CODEX_MODEL, apiKey: env.CODEX_API_KEY },
    claude: {
      binary: env.CLAUDE_BIN,
      model: env.CLAUDE_MODEL,
      apiKey: env.ANTHROPIC_API_KEY,
      oauthToken: env.CLAUDE_CODE_OAUTH_TOKEN,
      baseUrl: env.ANTHROPIC_BASE_URL,
    },
  }
}

export const workerConfig = environment
  .pick({
    SLEEPLESS_HOME: true,
    SLEEPLESS_API_PORT: true,
    SLEEPLESS_API_URL: true,
    SLEEPLESS_API_TOKEN: true,
    SLEEPLESS_WORKER_TOKEN: true,
    SLEEPLESS_SANDBOX: true,
    SLEEPLESS_LOG_LEVEL: true,
    SLEEPLESS_STOP_GRACE_MS: true,
    SLEEPLESS_CHECKPOINT_MS: true,
    QUEUE_URL: true,
    WORKER_CONCURRENCY: true,
    WORKER_LABELS: true,
    WORKER_COMMANDS: true,
    WORKER_HOST_COMMANDS: true,
    WORKER_REGISTRIES: true,
    WORKER_KEEP_SUCCEEDED_MS: true,
    WORKER_KEEP_OTHER_MS: true,
    WORKER_KEEP_BYTES: true,
    WORKER_SPARE_CLONES: true,
    BUBBLEWRAP_BIN: true,
    CLAUDE_BIN: true,
    CLAUDE_MODEL: true,
    CODEX_BIN: true,
    CODEX_MODEL: true,
    CODEX_API_KEY: true,
    ANTHROPIC_API_KEY: true,
    CLAUDE_CODE_OAUTH_TOKEN: true,
    ANTHROPIC_BASE_URL: true,
    HTTPS_PROXY: true,
    NO_PROXY: true,
  })
  .extend({ PATH: z.string().default('/usr/local/bin:/usr/bin:/bin') })
  .refine(
    ({ WORKER_COMMANDS: commands, WORKER_HOST_COMMANDS: names }) =>
      names.every((name) => commands.some((command) => command.name === name)),
    { path: ['WORKER_HOST_COMMANDS'], error: 'it names a program that WORKER_COMMANDS does not' },
  )
  .transform((env) => ({
    home: env.SLEEPLESS_HOME,
    apiUrl: env.SLEEPLESS_API_URL ?? `http://127.0.0.1:${env.SLEEPLESS_API_PORT}`,
    apiToken: env.SLEEPLESS_API_TOKEN,
    workerToken: env.SLEEPLESS_WORKER_TOKEN,
    bubblewrap: env.BUBBLEWRAP_BIN,
    logLevel: env.SLEEPLESS_LOG_LEVEL,
    queueUrl: env.QUEUE_URL,
    stopGraceMs: env.SLEEPLESS_STOP_GRACE_MS,
    checkpointMs: env.SLEEPLESS_CHECKPOINT_MS,
    concurrency: env.WORKER_CONCURRENCY,
    labels: env.WORKER_LABELS,
    ...executorConfig(env),
    registries: Object.fromEntries(env.WORKER_REGISTRIES),
    keep: {
      succeededMs: env.WORKER_KEEP_SUCCEEDED_MS,
      otherMs: env.WORKER_KEEP_OTHER_MS,
      maxBytes: env.WORKER_KEEP_BYTES,
    },
    spareClones: env.WORKER_SPARE_CLONES,
    path: env.PATH,
    proxy: { url: env.HTTPS_PROXY, except: env.NO_PROXY },
  }))
export type WorkerConfig = z.output<typeof workerConfig>
