import { webApi } from '@slack/bolt'

/** What a failed call means for whoever made it. */
export type SlackFailure =
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  /** Slack answered that it did not do it. */
  | { readonly kind: 'refused'; readonly code: string }
  /** It may or may not have been done. */
  | { readonly kind: 'uncertain' }

export function slackFailure(error: unknown): SlackFailure {
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return { kind: 'rate-limited', retryAfterMs: Math.max(0, error.retryAfter) * 1000 }
  }
  if (error instanceof webApi.WebAPIPlatformError && !UNCERTAIN.has(error.data.error)) {
    return error.data.error === 'ratelimited'
      ? { kind: 'rate-limited', retryAfterMs: 1000 }
      : { kind: 'refused', code: error.data.error }
  }
  return { kind: 'uncertain' }
}

// Slack says of these that the operation may have been carried out.
const UNCERTAIN: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
])

/** @returns whether Slack refused with one of those codes. */
export function isRefusal(error: unknown, matches: (code: string) => boolean): boolean {
  const failure = slackFailure(error)
  return failure.kind === 'refused' && matches(failure.code)
}

/** @returns whether the code means that the token itself is not good. */
export function isTokenRefusal(code: string): boolean {
  return TOKEN_REFUSALS.has(code)
}

const TOKEN_REFUSALS: ReadonlySet<string> = new Set([
  'access_denied',
  'account_inactive',
  'enterprise_is_restricted',
  'invalid_auth',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'not_authed',
  'org_login_required',
  'team_access_not_granted',
  'team_disabled',
  'token_expired',
  'token_revoked',
  'user_removed_from_team',
])

/** @returns whether a message cannot be posted there, though perhaps elsewhere. */
export function isClosedChannel(code: string): boolean {
  return code.startsWith('restricted_action') || CLOSED_CHANNEL.has(code)
}

const CLOSED_CHANNEL: ReadonlySet<string> = new Set([
  'access_denied',
  'cannot_reply_to_message',
  'channel_not_found',
  'channel_type_not_supported',
  'is_archived',
  'is_inactive',
  'not_in_channel',
])

/** @returns whether the app may not look at what is posted there. */
export function isUnreadable(code: string): boolean {
  return isClosedChannel(code) || code === 'missing_scope' || code === 'no_permission'
}

/** @returns whether trying again can't help: the message is gone, or nobody may write it. */
export function isPermanent(code: string): boolean {
  return isClosedChannel(code) || PERMANENT.has(code)
}

const PERMANENT: ReadonlySet<string> = new Set([
  'cannot_dm_bot',
  'cant_update_message',
  'edit_window_closed',
  'invalid_blocks',
  'message_not_found',
  'messages_tab_disabled',
  'metadata_too_large',
  'msg_too_long',
  'user_disabled',
  'user_not_found',
])
