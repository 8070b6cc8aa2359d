import { loadConfig, StartupError } from '@sleepless/runtime'
import { expect, test } from 'vitest'

import { slackGatewayConfig, slackTokensOf } from './config.ts'

const bot = 'xoxb-1'
const app = 'xapp-1'

test('has no tokens when Slack is not configured', () => {
  expect(slackTokensOf(loadConfig(slackGatewayConfig, {}))).toBeUndefined()
})

test('takes both tokens from the environment', () => {
  const env = { SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app }
  const tokens = slackTokensOf(loadConfig(slackGatewayConfig, env))
  expect(tokens).toEqual({ botToken: bot, appToken: app })
})

test.each([
  ['SLACK_APP_TOKEN', { SLACK_BOT_TOKEN: bot }],
  ['SLACK_BOT_TOKEN', { SLACK_APP_TOKEN: app }],
])('names %s when it alone is missing', (missing, env) => {
  const tokens = () => slackTokensOf(loadConfig(slackGatewayConfig, env))
  expect(tokens).toThrow(StartupError)
  expect(tokens).toThrow(`${missing} is not`)
})
