import { App, SocketModeReceiver, type webApi } from '@slack/bolt'
import type { Logger } from '@sleepless/runtime'

import type { SlackTokens } from '../config.ts'
import { createBoltLogger } from './bolt-logger.ts'

export interface SlackAppOptions extends SlackTokens {
  /** Default Slack's. */
  readonly slackApiUrl?: string
  /** Limit of one request, in milliseconds. */
  readonly slackCallMs: number
  readonly logger: Logger
}

export interface SlackApp {
  readonly app: App
  readonly receiver: SocketModeReceiver
}

/** A bolt app that has not spoken with Slack yet, and whose errors end in our log. */
export function createSlackApp(options: SlackAppOptions): SlackApp {
  const { botToken, appToken, signingSecret, slackApiUrl, slackCallMs } = options
  const secrets = [botToken, appToken, ...(signingSecret === undefined ? [] : [signingSecret])]
  const logger = createBoltLogger(options.logger, secrets)
  const clientOptions: webApi.WebClientOptions = {
    timeout: slackCallMs,
    // Whoever calls decides when to try again: a queue inside the client would hide that from it.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    ...(slackApiUrl !== undefined && { slackApiUrl }),
  }
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    // Its own reconnecting leaves rejections unhandled when Slack refuses or is out of reach.
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: { ...clientOptions } },
    customPropertiesExtractor: ({ envelope_id: envelopeId }) => ({ envelopeId }),
    processEventErrorHandler: ({ error }) => {
      options.logger.error({ err: error }, 'a message from slack could not be handled')
      return Promise.resolve(false)
    },
  })
  const app = new App({
    token: botToken,
    receiver,
    logger,
    clientOptions: { ...clientOptions },
    convoStore: false,
    deferInitialization: true,
    ...(signingSecret !== undefined && { signingSecret }),
  })
  app.error((error) => {
    options.logger.error({ err: error }, 'a message from slack could not be handled')
    return Promise.resolve()
  })
  return { app, receiver }
}
