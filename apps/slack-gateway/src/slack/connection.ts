import { webApi } from '@slack/bolt'
import { backoffMs, type BackoffPolicy } from '@sleepless/domain'
import { StartupError, type Logger } from '@sleepless/runtime'

import { createOutage } from '../outage.ts'
import { DeadlineError, pause, within } from '../wait.ts'
import type { SlackApp } from './app.ts'
import { isTokenRefusal } from './failure.ts'
import { createSocket } from './socket.ts'

export interface ConnectionOptions {
  readonly logger: Logger
  /** How long the first connection is waited for. */
  readonly startMs: number
  readonly slackCallMs: number
  readonly retry: BackoffPolicy
}

/**
 * Connects, and connects again whenever the connection ends, until disposed. When Slack is out of
 * reach for `startMs`, goes on trying in the background.
 *
 * @throws {StartupError} naming the token that Slack refuses.
 */
export async function connectSlack(
  slack: SlackApp,
  options: ConnectionOptions,
): Promise<AsyncDisposable> {
  const refused = Promise.withResolvers<never>()
  refused.promise.catch(() => {})
  const { first, ...connection } = keepConnected(slack, options, (error) => refused.reject(error))
  try {
    await Promise.race([within(options.startMs, () => first), refused.promise])
  } catch (error) {
    if (!(error instanceof DeadlineError)) {
      await connection[Symbol.asyncDispose]()
      throw error
    }
  }
  return connection
}

// A connection normally lasts for hours.
const SHORT_MS = 10_000

interface Connection extends AsyncDisposable {
  /** Resolves with the first connection. */
  readonly first: Promise<void>
}

function keepConnected(
  { app, receiver }: SlackApp,
  { logger, slackCallMs, retry }: ConnectionOptions,
  onRefusal: (error: StartupError) => void,
): Connection {
  const stopping = new AbortController()
  const socket = createSocket(receiver, slackCallMs)
  const outage = createOutage(logger, {
    began: 'no connection with slack; trying on',
    ended: 'connected with slack again',
  })
  let isInitialized = false

  async function connectOnce(): Promise<void> {
    if (!isInitialized) await naming('SLACK_BOT_TOKEN', () => app.init())
    isInitialized = true
    await naming('SLACK_APP_TOKEN', () => socket.open())
    if (stopping.signal.aborted) await socket.close()
    outage.recovered()
  }
  async function connect(): Promise<void> {
    for (let tries = 1; !stopping.signal.aborted; tries += 1) {
      try {
        return await connectOnce()
      } catch (error) {
        outage.failed(error)
        if (error instanceof StartupError) onRefusal(error)
        await pause(backoffMs(tries, retry), stopping.signal)
      }
    }
  }
  async function stayConnected(): Promise<void> {
    let openedAtMs = performance.now()
    let short = 0
    while (!stopping.signal.aborted) {
      if (socket.isOpen) {
        await socket.closed()
        continue
      }
      // A peer that always hangs up after its hello must not be called in a tight loop.
      short = performance.now() - openedAtMs < SHORT_MS ? short + 1 : 0
      if (short > 0) await pause(backoffMs(short, retry), stopping.signal)
      await connect()
      openedAtMs = performance.now()
    }
  }
  const first = connect()
  const staying = first.then(stayConnected)
  return {
    first,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      socket.wake()
      await socket.close()
      await staying
    },
  }
}

async function naming(variable: string, call: () => Promise<void>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof webApi.WebAPIPlatformError)) throw error
    if (!isTokenRefusal(error.data.error)) throw error
    throw new StartupError(
      `Slack refused ${variable} (${error.data.error}).`,
      'Copy it again from the settings of the Slack app, with the scopes that the manifest names.',
      { cause: error },
    )
  }
}
