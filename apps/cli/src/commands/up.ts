import type { CliCommand } from '../cli-command.ts'
import { runComposed } from '../compose/run-composed.ts'
import { standaloneConfig, startStandalone } from '../compose/start-standalone.ts'

export const upCommand: CliCommand = {
  name: 'up',
  examples: [
    ['sleepless up', 'the whole service in this process, at http://127.0.0.1:7300'],
    ['SLEEPLESS_API_PORT=0 sleepless up', 'on any free port; the other commands find it'],
    ['WORKER_CONCURRENCY=4 sleepless up', 'four tasks at once'],
  ],
  notes: `It needs no Redis and no Docker. Ctrl-C stops it: what runs may end by itself for half a minute, which a second Ctrl-C skips; what is stopped goes on with the next start.`,
  run: (context) =>
    runComposed(context, 'sleepless', standaloneConfig, async (composition) => {
      const { url } = await startStandalone(composition)
      composition.logger.info({ url }, 'ready: hand it a task with `sleepless think`')
    }),
}
