import { homeAt } from '@sleepless/runtime'
import { createScheduler, schedulerConfig } from '@sleepless/scheduler'

import type { CliCommand } from '../../cli-command.ts'
import { openControlPlane } from '../../compose/control-plane.ts'
import { openQueue, waitForQueue } from '../../compose/open-queue.ts'
import { runComposed } from '../../compose/run-composed.ts'
import { tellConcerns } from '../../compose/tell-concerns.ts'
import { requireRedis } from './require-redis.ts'

export const schedulerCommand: CliCommand = {
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
