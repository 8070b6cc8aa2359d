import { environmentFields } from '@sleepless/runtime'
import { z } from 'zod'

const {
  SLEEPLESS_HOME,
  SLEEPLESS_API_PORT,
  SLEEPLESS_API_URL,
  SLEEPLESS_WORKER_TOKEN,
  SLEEPLESS_SANDBOX,
  SLEEPLESS_LOG_LEVEL,
  QUEUE_URL,
  WORKER_CONCURRENCY,
  WORKER_LABELS,
  CLAUDE_BIN,
  CLAUDE_MODEL,
  ANTHROPIC_API_KEY,
  CLAUDE_CODE_OAUTH_TOKEN,
  ANTHROPIC_BASE_URL,
} = environmentFields

export const workerConfig = z
  .object({
    SLEEPLESS_HOME,
    SLEEPLESS_API_PORT,
    SLEEPLESS_API_URL,
    SLEEPLESS_WORKER_TOKEN,
    SLEEPLESS_SANDBOX,
    SLEEPLESS_LOG_LEVEL,
    QUEUE_URL,
    WORKER_CONCURRENCY,
    WORKER_LABELS,
    CLAUDE_BIN,
    CLAUDE_MODEL,
    ANTHROPIC_API_KEY,
    CLAUDE_CODE_OAUTH_TOKEN,
    ANTHROPIC_BASE_URL,
    PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  })
  .transform((env) => ({
    home: env.SLEEPLESS_HOME,
    apiUrl: env.SLEEPLESS_API_URL ?? `http://127.0.0.1:${env.SLEEPLESS_API_PORT}`,
    workerToken: env.SLEEPLESS_WORKER_TOKEN,
    sandbox: env.SLEEPLESS_SANDBOX,
    logLevel: env.SLEEPLESS_LOG_LEVEL,
    queueUrl: env.QUEUE_URL,
    concurrency: env.WORKER_CONCURRENCY,
    labels: env.WORKER_LABELS,
    path: env.PATH,
    claude: {
      binary: env.CLAUDE_BIN,
      model: env.CLAUDE_MODEL,
      apiKey: env.ANTHROPIC_API_KEY,
      oauthToken: env.CLAUDE_CODE_OAUTH_TOKEN,
      baseUrl: env.ANTHROPIC_BASE_URL,
    },
  }))
export type WorkerConfig = z.output<typeof workerConfig>
