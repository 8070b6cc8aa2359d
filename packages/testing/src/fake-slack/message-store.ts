/** The part of a message that an edit changes. */
export interface SlackContent {
  readonly text: string
  readonly blocks: unknown
}

/** A message as it stands now. Edits change it in place. */
export interface SlackMessage extends SlackContent {
  readonly channel: string
  /** Slack's name for it: seconds, a dot and six digits; unique and increasing. */
  readonly ts: string
  /** The first message of its thread; undefined outside of threads. */
  readonly threadTs: string | undefined
  /** The only person who sees it; undefined when everybody does. */
  readonly ephemeralFor: string | undefined
  readonly metadata: unknown
  /** What it said before, oldest first. */
  readonly history: readonly SlackContent[]
}

type NewSlackMessage = Omit<SlackMessage, 'ts' | 'history'>

type Stored = { -readonly [Field in keyof SlackMessage]: SlackMessage[Field] }

export interface SlackMessageStore {
  readonly messages: readonly SlackMessage[]
  post(message: NewSlackMessage): SlackMessage
  /** @returns undefined when there is no such message; ephemeral ones can't be edited. */
  edit(channel: string, ts: string, content: Partial<SlackContent>): SlackMessage | undefined
  remove(channel: string, ts: string): boolean
}

const MAX_MESSAGES = 10_000

/** Keeps the newest 10,000 messages. */
export function createSlackMessageStore(): SlackMessageStore {
  const messages: Stored[] = []
  let lastMicros = 0

  const nextTs = (): string => {
    lastMicros = Math.max(lastMicros + 1, Date.now() * 1000)
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`
  }
  const indexOf = (channel: string, ts: string): number =>
    messages.findIndex(
      (message) =>
        message.channel === channel && message.ts === ts && message.ephemeralFor === undefined,
    )

  return {
    messages,
    post(message) {
      const stored = { ...message, ts: nextTs(), history: [] }
      messages.push(stored)
      if (messages.length > MAX_MESSAGES) messages.shift()
      return stored
    },
    edit(channel, ts, content) {
      const message = messages[indexOf(channel, ts)]
      if (message === undefined) return undefined
      const { text, blocks, history } = message
      return Object.assign(message, { ...content, history: [...history, { text, blocks }] })
    },
    remove(channel, ts) {
      const index = indexOf(channel, ts)
      if (index !== -1) messages.splice(index, 1)
      return index !== -1
    },
  }
}
