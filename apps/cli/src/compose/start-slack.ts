import { createApiClient } from '@sleepless/contracts'
import type { Logger } from '@sleepless/runtime'
import { slackTokensOf, type SlackGatewayConfig } from '@sleepless/slack-gateway/config'

export interface StartSlackOptions {
  readonly config: SlackGatewayConfig
  readonly apiUrl: string
  readonly token: string
  readonly logger: Logger
}

/** Starts the Slack gateway where it is configured. */
export async function startSlack(
  resources: AsyncDisposableStack,
  { config, apiUrl, token, logger }: StartSlackOptions,
): Promise<void> {
  const tokens = slackTokensOf(config)
  if (tokens === undefined) return
  // Slack's libraries are large; only those who use Slack load them.
  const { createSlackGateway } = await import('@sleepless/slack-gateway')
  const slackApiUrl = config.SLACK_API_URL
  resources.use(
    await createSlackGateway({
      ...tokens,
      api: createApiClient({ url: apiUrl, token }),
      logger,
      ...(slackApiUrl !== undefined && { slackApiUrl }),
    }),
  )
}
