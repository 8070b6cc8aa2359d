export { slackGatewayConfig, slackTokensOf } from './config.ts'
export type { SlackGatewayConfig, SlackTokens } from './config.ts'
export { createSlackGateway, type SlackGatewayOptions } from './gateway.ts'
export type { GatewayTiming } from './timing.ts'
