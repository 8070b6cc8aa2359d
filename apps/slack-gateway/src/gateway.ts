import type { Logger } from '@sleepless/runtime'

import { registerCommands } from './commands/register.ts'
import type { SlackTokens } from './config.ts'
import { createOutage } from './outage.ts'
import { createSlackApp } from './slack/app.ts'
import { connectSlack } from './slack/connection.ts'
import { createStatusMessages } from './slack/messages.ts'
import { createStatusBoard } from './status/board.ts'
import { createCursor } from './status/cursor.ts'
import { startEventFeed } from './status/feed.ts'
import { startRefreshing } from './status/refresh.ts'
import type { TaskApi } from './task-api.ts'
import { DEFAULT_TIMING, type GatewayTiming } from './timing.ts'
import { within } from './wait.ts'

export interface SlackGatewayOptions extends SlackTokens {
  readonly api: TaskApi
  /** Default Slack's; for tests and proxies. */
  readonly slackApiUrl?: string
  readonly logger: Logger
  readonly timing?: Partial<GatewayTiming>
}

/**
 * Takes `/think`, `/check` and `/cancel` over Socket Mode, and keeps one status message per task.
 * Resolves once connected, or when Slack has been out of reach for `startMs`: then it goes on trying
 * in the background, as it does for the api. One gateway per service; dispose it to stop.
 *
 * @throws {StartupError} naming the token that Slack refuses.
 */
export async function createSlackGateway(options: SlackGatewayOptions): Promise<AsyncDisposable> {
  const { api, logger } = options
  const timing = { ...DEFAULT_TIMING, ...options.timing }
  const slack = createSlackApp({ ...options, ...timing })
  const apiOutage = createOutage(logger, {
    began: 'the api does not answer; trying on',
    ended: 'the api answers again',
  })
  const slackOutage = createOutage(logger, {
    began: 'slack takes no messages; trying on',
    ended: 'slack takes messages again',
  })
  const messages = createStatusMessages(slack.app.client, logger)

  await using starting = new AsyncDisposableStack()
  const use = <Part extends AsyncDisposable>(part: Part): Part => {
    starting.use(stoppedWithin(timing.stopMs, part))
    return part
  }
  const board = use(createStatusBoard({ api, messages, logger, apiOutage, slackOutage, timing }))
  registerCommands(slack.app, { api, board, logger, ackMs: timing.ackMs })
  use(await connectSlack(slack, { logger, ...timing }))

  const cursor = createCursor(api, logger)
  const feed = use(startEventFeed({ api, board, cursor, logger, apiOutage, timing }))
  use(startRefreshing({ api, board, feed, apiOutage, timing }))
  return starting.move()
}

// What hangs in a request when the gateway stops is left to that request's own deadline.
function stoppedWithin(ms: number, part: AsyncDisposable): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await within(ms, async () => part[Symbol.asyncDispose]()).catch(() => {})
    },
  }
}
