import { apiConfig } from '@sleepless/api'
import { homeAt, StartupError } from '@sleepless/runtime'
import { createScheduler, schedulerConfig } from '@sleepless/scheduler'
import { slackGatewayConfig, slackTokensOf } from '@sleepless/slack-gateway/config'
import { workerConfig } from '@sleepless/worker'

import type { CliCommand } from '../cli-command.ts'
import { openControlPlane } from '../compose/control-plane.ts'
import { openQueue, waitForQueue } from '../compose/open-queue.ts'
import { runComposed } from '../compose/run-composed.ts'
import { announceSandbox } from '../compose/sandboxed.ts'
import { serviceToken } from '../compose/service-token.ts'
import { startApi } from '../compose/start-api.ts'
import { startSlack } from '../compose/start-slack.ts'
import { startWorker } from '../compose/start-worker.ts'
import { tellConcerns } from '../compose/tell-concerns.ts'

const apiCommand: CliCommand = {
  name: 'api',
  examples: [['QUEUE_URL=redis://127.0.0.1:6379 sleepless api', 'the HTTP service alone']],
  run: (context) =>
    runComposed(context, 'api', apiConfig, async ({ config, logger, resources }) => {
      requireRedis(config.queueUrl, 'api')
      const home = homeAt(config.home)
      const plane = openControlPlane(resources, { home, leaseMs: config.leaseMs, use: 'api' })
      const queue = await openQueue(resources, config.queueUrl, logger)
      await startApi(resources, { config, plane, queue, logger })
    }),
}

const schedulerCommand: CliCommand = {
  name: 'scheduler',
  examples: [
    [
      'QUEUE_URL=redis://127.0.0.1:6379 sleepless scheduler',
      'on the host of the api, with its home',
    ],
  ],
  run: (context) =>
    runComposed(context, 'scheduler', schedulerConfig, async ({ config, logger, resources }) => {
      requireRedis(config.queueUrl, 'scheduler')
      const home = homeAt(config.home)
      const plane = openControlPlane(resources, { home, leaseMs: config.leaseMs, use: 'scheduler' })
      const queue = await openQueue(resources, config.queueUrl, logger)
      await waitForQueue(queue)
      await tellConcerns(queue, logger)
      resources.use(createScheduler({ ...plane, queue, logger }))
      logger.info({}, 'scheduler started')
    }),
}

const workerCommand: CliCommand = {
  name: 'worker',
  examples: [
    [
      'QUEUE_URL=redis://10.0.0.5:6379 SLEEPLESS_API_URL=http://10.0.0.5:7300 sleepless worker',
      'anywhere that reaches both',
    ],
  ],
  notes: 'It shows SLEEPLESS_WORKER_TOKEN, or secrets/worker-token of its home, to the api.',
  run: (context) =>
    runComposed(
      context,
      'worker',
      workerConfig,
      async ({ config, env, logger, resources, hurry }) => {
        requireRedis(config.queueUrl, 'worker')
        const home = homeAt(config.home)
        const token = await serviceToken({
          given: config.workerToken,
          variable: 'SLEEPLESS_WORKER_TOKEN',
          home,
          name: 'worker-token',
          fallback: config.apiToken,
          logger,
        })
        const queue = await openQueue(resources, config.queueUrl, logger)
        await waitForQueue(queue)
        announceSandbox(config.sandbox, logger)
        const { apiUrl } = config
        await startWorker(resources, { config, apiUrl, token, queue, env, logger, hurry })
      },
    ),
}

const slackCommand: CliCommand = {
  name: 'slack',
  examples: [
    ['SLACK_BOT_TOKEN=… SLACK_APP_TOKEN=… sleepless slack', 'the Slack gateway, over Socket Mode'],
  ],
  run: (context) =>
    runComposed(context, 'slack', slackServiceConfig, async ({ config, logger, resources }) => {
      if (slackTokensOf(config) === undefined) {
        throw new StartupError(
          'Slack is not configured.',
          'Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN; see docs/slack.md.',
        )
      }
      const token = await serviceToken({
        given: config.SLEEPLESS_API_TOKEN,
        variable: 'SLEEPLESS_API_TOKEN',
        home: homeAt(config.SLEEPLESS_HOME),
        name: 'api-token',
        logger,
      })
      const apiUrl = config.SLEEPLESS_API_URL ?? `http://127.0.0.1:${config.SLEEPLESS_API_PORT}`
      await startSlack(resources, { config, apiUrl, token, logger })
    }),
}

const slackServiceConfig = slackGatewayConfig.transform((config) => ({
  ...config,
  logLevel: config.SLEEPLESS_LOG_LEVEL,
}))

/** Each app as a process of its own. */
export const serveCommands: readonly CliCommand[] = [
  apiCommand,
  schedulerCommand,
  workerCommand,
  slackCommand,
]

function requireRedis(queueUrl: string, service: string): void {
  if (queueUrl !== 'memory:') return
  throw new StartupError(
    `The ${service} as a process of its own needs a queue that others reach.`,
    'Set QUEUE_URL to a redis:// address, or run everything in one process with `sleepless up`.',
  )
}
