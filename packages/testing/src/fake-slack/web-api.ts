import type { SlackMessage, SlackMessageStore } from './message-store.ts'
import { asRecord, type SlackCall } from './slack-call.ts'

/** Who the fake Slack says its app is. */
export interface SlackIdentity {
  readonly botToken: string
  readonly appToken: string
  readonly teamId: string
  readonly appId: string
  readonly botId: string
  readonly botUserId: string
}

export interface SlackWebApiDeps {
  readonly identity: SlackIdentity
  readonly store: SlackMessageStore
  /** A new URL for one WebSocket connection. */
  readonly socketUrl: () => string
}

export type SlackAnswer =
  | { readonly ok: true; readonly [field: string]: unknown }
  | { readonly ok: false; readonly error: string }

type Arguments = SlackCall['args']
type Method = (args: Arguments) => SlackAnswer

function failed(error: string): SlackAnswer {
  return { ok: false, error }
}

function text(args: Arguments, name: string): string {
  const value = args[name]
  return typeof value === 'string' ? value : ''
}

/** A message as the Web API shows it. */
function messageView(message: SlackMessage, { botId, botUserId, appId }: SlackIdentity): object {
  return {
    type: 'message',
    user: botUserId,
    bot_id: botId,
    app_id: appId,
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    metadata: message.metadata,
    thread_ts: message.threadTs,
    ...(message.history.length > 0 && { edited: { user: botUserId, ts: message.ts } }),
  }
}

function chatMethods({ store, identity }: SlackWebApiDeps): Readonly<Record<string, Method>> {
  const post = (args: Arguments, ephemeralFor: string | undefined): SlackAnswer => {
    const channel = text(args, 'channel')
    if (channel === '') return failed('channel_not_found')
    if (text(args, 'text') === '' && args['blocks'] === undefined) return failed('no_text')
    const message = store.post({
      channel,
      text: text(args, 'text'),
      blocks: args['blocks'],
      threadTs: text(args, 'thread_ts') || undefined,
      metadata: args['metadata'],
      ephemeralFor,
    })
    if (ephemeralFor !== undefined) return { ok: true, message_ts: message.ts }
    return { ok: true, channel, ts: message.ts, message: messageView(message, identity) }
  }
  return {
    'chat.postMessage': (args) => post(args, undefined),
    'chat.postEphemeral': (args) =>
      text(args, 'user') === '' ? failed('user_not_in_channel') : post(args, text(args, 'user')),
    'chat.update': (args) => {
      const [channel, ts] = [text(args, 'channel'), text(args, 'ts')]
      const content = {
        ...(args['text'] !== undefined && { text: text(args, 'text') }),
        ...(args['blocks'] !== undefined && { blocks: args['blocks'] }),
      }
      const message = store.edit(channel, ts, content)
      if (message === undefined) return failed('message_not_found')
      return { ok: true, channel, ts, text: message.text, message: messageView(message, identity) }
    },
    'chat.delete': (args) => {
      const [channel, ts] = [text(args, 'channel'), text(args, 'ts')]
      return store.remove(channel, ts) ? { ok: true, channel, ts } : failed('message_not_found')
    },
    'chat.getPermalink': (args) => {
      const [channel, ts] = [text(args, 'channel'), text(args, 'message_ts')]
      const permalink = `https://fake.slack.com/archives/${channel}/p${ts.replace('.', '')}`
      return { ok: true, channel, permalink }
    },
  }
}

function readMethods({ store, identity }: SlackWebApiDeps): Readonly<Record<string, Method>> {
  const visible = (args: Arguments): readonly SlackMessage[] =>
    store.messages.filter(
      ({ channel, ephemeralFor }) =>
        channel === text(args, 'channel') && ephemeralFor === undefined,
    )
  const views = (messages: readonly SlackMessage[]): SlackAnswer => ({
    ok: true,
    messages: messages.map((message) => messageView(message, identity)),
    has_more: false,
  })
  return {
    'conversations.history': (args) =>
      views(
        visible(args)
          .filter(({ threadTs }) => threadTs === undefined)
          .toReversed(),
      ),
    'conversations.replies': (args) => {
      const thread = text(args, 'ts')
      return views(visible(args).filter(({ ts, threadTs }) => ts === thread || threadTs === thread))
    },
    'conversations.open': (args) => ({ ok: true, channel: { id: `D${text(args, 'users')}` } }),
    'users.info': (args) => {
      const id = text(args, 'user')
      return { ok: true, user: { id, name: id.toLowerCase(), is_bot: false, profile: {} } }
    },
  }
}

function openView({ view }: Arguments): SlackAnswer {
  return { ok: true, view: { id: 'V0FAKE', ...asRecord(view) } }
}

/** Answers a call as Slack would, as far as our gateway can tell. */
export function createSlackWebApi(deps: SlackWebApiDeps): (call: SlackCall) => SlackAnswer {
  const { identity, socketUrl } = deps
  const methods: Readonly<Record<string, Method>> = {
    'auth.test': () => ({
      ok: true,
      url: 'https://fake.slack.com/',
      team: 'Fake',
      user: 'sleepless',
      team_id: identity.teamId,
      user_id: identity.botUserId,
      bot_id: identity.botId,
      is_enterprise_install: false,
    }),
    'apps.connections.open': () => ({ ok: true, url: socketUrl() }),
    'views.open': openView,
    'views.update': openView,
    'views.publish': openView,
    'reactions.add': () => ({ ok: true }),
    'reactions.remove': () => ({ ok: true }),
    ...chatMethods(deps),
    ...readMethods(deps),
  }
  return ({ method, args, token }) => {
    const answer = methods[method]
    if (answer === undefined) return failed('unknown_method')
    const isSocket = method === 'apps.connections.open'
    if (token === '') return failed('not_authed')
    const expected = isSocket ? identity.appToken : identity.botToken
    if (token === expected) return answer(args)
    const isOther = token === identity.appToken || token === identity.botToken
    return failed(isOther ? 'not_allowed_token_type' : 'invalid_auth')
  }
}
