import { apiConfig, type Api } from '@sleepless/api'
import { homeAt } from '@sleepless/runtime'
import { createScheduler } from '@sleepless/scheduler'
import { slackGatewayConfig } from '@sleepless/slack-gateway/config'
import { workerConfig } from '@sleepless/worker'
import { z } from 'zod'

import { openControlPlane } from './control-plane.ts'
import { openQueue, waitForQueue } from './open-queue.ts'
import type { Composition } from './run-composed.ts'
import { apiTokens, startApi } from './start-api.ts'
import { startSlack } from './start-slack.ts'
import { startWorker } from './start-worker.ts'
import { tellConcerns } from './tell-concerns.ts'

/** The configuration of all apps: they read the same environment. */
export const standaloneConfig = z.unknown().transform((env, context) => {
  const parts = {
    api: apiConfig.safeParse(env),
    worker: workerConfig.safeParse(env),
    slack: slackGatewayConfig.safeParse(env),
  }
  const { api, worker, slack } = parts
  if (api.success && worker.success && slack.success) {
    return { api: api.data, worker: worker.data, slack: slack.data, logLevel: api.data.logLevel }
  }
  const issues = Object.values(parts).flatMap((part) => part.error?.issues ?? [])
  // A variable that several apps read is named once.
  const byName = new Map(issues.map((issue) => [issue.path.join('.'), issue]))
  for (const { path, message } of byName.values()) {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
  return z.NEVER
})

export type StandaloneConfig = z.output<typeof standaloneConfig>

/** Starts everything in this process: api, scheduler, one worker, and Slack where it is configured. */
export async function startStandalone({
  config,
  env,
  reread,
  logger,
  resources,
  hurry,
}: Composition<StandaloneConfig>): Promise<Api> {
  const { home, leaseMs, queueUrl } = config.api
  const plane = openControlPlane(resources, { home: homeAt(home), leaseMs, use: 'standalone' })
  const queue = await openQueue(resources, queueUrl, logger)
  await waitForQueue(queue)
  await tellConcerns(queue, logger)
  const tokens = apiTokens(config.api)
  const api = await startApi(resources, { config: config.api, plane, queue, logger })
  resources.use(createScheduler({ ...plane, queue, logger }))
  const { url } = api
  await startWorker(resources, {
    config: config.worker,
    apiUrl: url,
    token: tokens.worker,
    queue,
    env,
    reread,
    logger,
    hurry,
  })
  await startSlack(resources, { config: config.slack, apiUrl: url, token: tokens.api, logger })
  return api
}
