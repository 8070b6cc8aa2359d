import { randomUUID } from 'node:crypto'

import type { SlackEnvelope } from './envelope-outbox.ts'
import type { SlackIdentity } from './web-api.ts'

/** A slash command as a person gives it. */
export interface SlackCommand {
  /** With its slash: `/think`. */
  readonly command: string
  readonly text: string
  /** A user id. Default `U0PERSON`. */
  readonly user?: string
  /** A channel id. Default `C0GENERAL`. */
  readonly channel?: string
  /** To redeliver it later. Default: a new one. */
  readonly envelopeId?: string
}

/** An event of the Events API, such as `{ type: 'app_mention', text, user, channel, ts }`. */
export interface SlackEvent {
  readonly type: string
  readonly [field: string]: unknown
}

const PERSON = 'U0PERSON'
const CHANNEL = 'C0GENERAL'

export function commandEnvelope(
  { command, text, user = PERSON, channel = CHANNEL, envelopeId = randomUUID() }: SlackCommand,
  { teamId, appId }: SlackIdentity,
  responseUrl: string,
): SlackEnvelope {
  const payload = {
    token: 'verification',
    team_id: teamId,
    team_domain: 'fake',
    channel_id: channel,
    channel_name: 'general',
    user_id: user,
    user_name: user.toLowerCase(),
    command,
    text,
    api_app_id: appId,
    is_enterprise_install: 'false',
    response_url: responseUrl,
    trigger_id: `trigger.${randomUUID()}`,
  }
  const type = 'slash_commands'
  return { envelope_id: envelopeId, type, accepts_response_payload: true, payload }
}

export function eventEnvelope(
  event: SlackEvent,
  { teamId, appId, botUserId }: SlackIdentity,
  envelopeId: string = randomUUID(),
): SlackEnvelope {
  const seconds = Math.floor(Date.now() / 1000)
  const payload = {
    type: 'event_callback',
    team_id: teamId,
    api_app_id: appId,
    event_id: `Ev${randomUUID()}`,
    event_time: seconds,
    authorizations: [{ team_id: teamId, user_id: botUserId, is_bot: true }],
    event: { user: PERSON, channel: CHANNEL, ts: `${seconds}.000100`, ...event },
  }
  const type = 'events_api'
  return { envelope_id: envelopeId, type, accepts_response_payload: false, payload }
}

/** A click or a submitted form: `payload` is Slack's `block_actions` or `view_submission`. */
export function interactionEnvelope(
  payload: Readonly<Record<string, unknown>>,
  { teamId, appId }: SlackIdentity,
  envelopeId: string = randomUUID(),
): SlackEnvelope {
  const known = {
    team: { id: teamId, domain: 'fake' },
    user: { id: PERSON, team_id: teamId },
    channel: { id: CHANNEL, name: 'general' },
    api_app_id: appId,
    trigger_id: `trigger.${randomUUID()}`,
  }
  const type = 'interactive'
  const whole = { ...known, ...payload }
  return { envelope_id: envelopeId, type, accepts_response_payload: true, payload: whole }
}
