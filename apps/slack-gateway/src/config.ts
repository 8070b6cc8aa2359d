import { environment, StartupError } from '@sleepless/runtime'
import type { z } from 'zod'

/** What the gateway reads from the environment. */
export const slackGatewayConfig = environment.pick({
  SLACK_BOT_TOKEN: true,
  SLACK_APP_TOKEN: true,
  SLACK_SIGNING_SECRET: true,
  SLACK_API_URL: true,
  SLEEPLESS_HOME: true,
  SLEEPLESS_API_PORT: true,
  SLEEPLESS_API_URL: true,
  SLEEPLESS_API_TOKEN: true,
  SLEEPLESS_LOG_LEVEL: true,
})
export type SlackGatewayConfig = z.output<typeof slackGatewayConfig>

/** What the gateway shows to Slack. */
export interface SlackTokens {
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret?: string
}

type SlackVariables = Pick<
  SlackGatewayConfig,
  'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN' | 'SLACK_SIGNING_SECRET'
>

/**
 * @returns undefined when Slack is not configured: then there is nothing to run.
 * @throws {StartupError} naming the one that is missing, when only one of the two tokens is set.
 */
export function slackTokensOf(config: SlackVariables): SlackTokens | undefined {
  const botToken = config.SLACK_BOT_TOKEN
  const appToken = config.SLACK_APP_TOKEN
  const signingSecret = config.SLACK_SIGNING_SECRET
  if (botToken === undefined && appToken === undefined) return undefined
  if (botToken === undefined) throw halfConfigured('SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN')
  if (appToken === undefined) throw halfConfigured('SLACK_APP_TOKEN', 'SLACK_BOT_TOKEN')
  return { botToken, appToken, ...(signingSecret !== undefined && { signingSecret }) }
}

function halfConfigured(missing: string, present: string): StartupError {
  return new StartupError(
    `${present} is set, but ${missing} is not.`,
    'Slack needs both; set the other one, or neither to run without Slack.',
  )
}
