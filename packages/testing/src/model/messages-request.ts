import type { IncomingHttpHeaders } from 'node:http'

/** The parts of a Messages API request that scripts look at. The rest is there, untyped. */
export interface MessagesBody {
  readonly model: string
  readonly stream: boolean
  readonly messages: readonly RequestMessage[]
  readonly [field: string]: unknown
}

export interface RequestMessage {
  readonly role: string
  readonly content: unknown
}

/** A request as the model sees it. */
export interface ModelRequest {
  readonly headers: IncomingHttpHeaders
  readonly body: MessagesBody
  /** From `x-claude-code-session-id`; undefined for other clients. */
  readonly sessionId: string | undefined
  /** What the person asked: the user's own words that chose the script. */
  readonly prompt: string
  /** Assistant messages since that prompt; 0 for the first turn. */
  readonly turn: number
  /** Requests before this one at the same point of the same conversation: 0, or a retry's number. */
  readonly retry: number
}

const SYSTEM_REMINDER = /<system-reminder>[\s\S]*?<\/system-reminder>/g

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @returns undefined when `json` is no Messages API request. */
export function parseMessagesBody(json: string): MessagesBody | undefined {
  let body: unknown
  try {
    body = JSON.parse(json)
  } catch {
    return undefined
  }
  if (!isRecord(body) || !Array.isArray(body['messages'])) return undefined
  const messages = body['messages']
    .filter(isRecord)
    .map(({ role, content }) => ({ role: String(role), content }))
  return { ...body, model: String(body['model']), stream: body['stream'] === true, messages }
}

/**
 * The words a person wrote in a message: its text without tool results and without the
 * `<system-reminder>` blocks that the CLI wraps around prompts. Empty when there are none.
 */
export function promptText({ role, content }: RequestMessage): string {
  if (role !== 'user') return ''
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [content]
  return blocks
    .map((block) => {
      if (typeof block === 'string') return block
      return isRecord(block) && typeof block['text'] === 'string' ? block['text'] : ''
    })
    .join('\n')
    .replaceAll(SYSTEM_REMINDER, '')
    .trim()
}
