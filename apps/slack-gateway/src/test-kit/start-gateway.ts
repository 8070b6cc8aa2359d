import { createLogger } from '@sleepless/runtime'
import type { FakeSlack } from '@sleepless/testing'

import { createSlackGateway, type SlackGatewayOptions } from '../gateway.ts'
import type { TaskApi } from '../task-api.ts'

const QUICK = {
  ackMs: 400,
  editEveryMs: 30,
  editGapMs: 5,
  refreshEveryMs: 100,
  unknownGraceMs: 50,
  stopMs: 500,
  retry: { initialDelayMs: 10, maxDelayMs: 50 },
}

/** A gateway in a hurry, and the lines of its log. */
export async function startGateway(
  slack: FakeSlack,
  api: TaskApi,
  options: Partial<SlackGatewayOptions> = {},
): Promise<AsyncDisposable & { readonly log: readonly string[] }> {
  const log: string[] = []
  const logger = createLogger({
    service: 'slack-gateway',
    level: 'debug',
    destination: { write: (line) => void log.push(line) },
  })
  const gateway = await createSlackGateway({
    api,
    logger,
    botToken: slack.identity.botToken,
    appToken: slack.identity.appToken,
    slackApiUrl: slack.apiUrl,
    ...options,
    timing: { ...QUICK, ...options.timing },
  })
  return { log, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() }
}
