import { homeAt } from '@sleepless/runtime'
import { workerConfig } from '@sleepless/worker'

import type { CliCommand } from '../../cli-command.ts'
import { openQueue, waitForQueue } from '../../compose/open-queue.ts'
import { runComposed } from '../../compose/run-composed.ts'
import { serviceToken } from '../../compose/service-token.ts'
import { startWorker } from '../../compose/start-worker.ts'
import { requireRedis } from './require-redis.ts'

export const workerCommand: CliCommand = {
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
      async ({ config, env, reread, logger, resources, hurry }) => {
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
        const { apiUrl } = config
        const found = { apiUrl, token, queue }
        await startWorker(resources, { config, ...found, env, reread, logger, hurry })
      },
    ),
}
