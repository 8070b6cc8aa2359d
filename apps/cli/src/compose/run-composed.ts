import {
  loadConfig,
  runService,
  type Environment,
  type Logger,
  type LogLevel,
} from '@sleepless/runtime'
import type { z } from 'zod'

import type { CliContext } from '../cli-context.ts'
import { readEnvironment } from '../connection/environment.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { secretsIn, serviceLogger } from './service-logger.ts'

export interface Composition<Config> {
  readonly config: Config
  readonly env: Environment
  /** Reads it once more, as `.env` may be another one by now; the log does not show the secrets in it either. */
  readonly reread?: (() => Environment) | undefined
  readonly logger: Logger
  readonly resources: AsyncDisposableStack
  /** Aborted when what runs is not to be waited for. */
  readonly hurry?: AbortSignal | undefined
}

/** Runs services in this process until it is asked to stop. */
export async function runComposed<Schema extends z.ZodType<{ readonly logLevel: LogLevel }>>(
  context: CliContext,
  service: string,
  schema: Schema,
  start: (composition: Composition<z.output<Schema>>) => Promise<void>,
): Promise<ExitCode> {
  const { values: env, warning } = readEnvironment(context)
  const config = loadConfig(schema, env)
  const secrets = new Set(secretsIn(env))
  const logger = await serviceLogger(context, { service, level: config.logLevel, secrets })
  const reread = (): Environment => {
    const { values } = readEnvironment(context)
    for (const secret of secretsIn(values)) secrets.add(secret)
    return values
  }
  if (warning !== undefined) logger.warn({}, warning)
  await runService(async (resources) => {
    await start({ config, env, reread, logger, resources, hurry: context.hurry })
  }, context.signal)
  logger.info({}, 'stopped')
  return EXIT_CODES.done
}
