import { homeAt, StartupError } from '@sleepless/runtime'
import { slackGatewayConfig, slackTokensOf } from '@sleepless/slack-gateway/config'

import type { CliCommand } from '../../cli-command.ts'
import { runComposed } from '../../compose/run-composed.ts'
import { serviceToken } from '../../compose/service-token.ts'
import { startSlack } from '../../compose/start-slack.ts'

export const slackCommand: CliCommand = {
  name: 'slack',
  examples: [
    ['SLACK_BOT_TOKEN=… SLACK_APP_TOKEN=… sleepless slack', 'the Slack gateway, over Socket Mode'],
  ],
  run: (context) =>
    runComposed(context, 'slack', slackServiceConfig, async ({ config, logger, resources }) => {
      if (slackTokensOf(config) === undefined) {
        throw new StartupError(
          'Slack is not configured.',
          'Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN; see docs/slack.md.',
        )
      }
      const token = await serviceToken({
        given: config.SLEEPLESS_API_TOKEN,
        variable: 'SLEEPLESS_API_TOKEN',
        home: homeAt(config.SLEEPLESS_HOME),
        name: 'api-token',
        logger,
      })
      const apiUrl = config.SLEEPLESS_API_URL ?? `http://127.0.0.1:${config.SLEEPLESS_API_PORT}`
      await startSlack(resources, { config, apiUrl, token, logger })
    }),
}

const slackServiceConfig = slackGatewayConfig.transform((config) => ({
  ...config,
  logLevel: config.SLEEPLESS_LOG_LEVEL,
}))
