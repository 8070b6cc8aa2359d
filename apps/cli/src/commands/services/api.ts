import { apiConfig } from '@sleepless/api'
import { homeAt } from '@sleepless/runtime'

import type { CliCommand } from '../../cli-command.ts'
import { openControlPlane } from '../../compose/control-plane.ts'
import { openQueue } from '../../compose/open-queue.ts'
import { runComposed } from '../../compose/run-composed.ts'
import { startApi } from '../../compose/start-api.ts'
import { requireRedis } from './require-redis.ts'

export const apiCommand: CliCommand = {
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
