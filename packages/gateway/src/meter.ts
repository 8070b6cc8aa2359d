import type { Entry } from './ledger.ts'
import { createLines } from './lines.ts'
import { parseJson } from './parse-json.ts'
import { apiMessage, messageDelta, messageStart, tokensOf } from './token-schema.ts'
import { NO_TOKENS, type Tokens } from './use.ts'

/** Reads along what the provider answers, as it passes. */
export interface Meter {
  add(chunk: Buffer): void
  /** To be called once, when nothing more comes, whether or not that was the end. */
  end(): void
}

/** The events that count are small; what is longer is a piece of the answer itself. */
const MAX_LINE_BYTES = 256 * 1024
/** Of an answer that is not streamed; the API's own are smaller. */
const MAX_BODY_BYTES = 16 * 2 ** 20
/** An answer that broke off has said nothing of its length: few tokens are shorter than this. */
const BYTES_A_TOKEN = 3

const DATA = 'data:'

/** @param contentType of the answer: a stream of events, or one document. */
export function createMeter(entry: Entry, contentType: string): Meter {
  return contentType.startsWith('text/event-stream') ? streamMeter(entry) : bodyMeter(entry)
}

function streamMeter(entry: Entry): Meter {
  let model: string | undefined
  let tokens: Tokens = NO_TOKENS
  let isCounted = false
  let contentBytes = 0

  function begin(event: unknown): void {
    const { success, data } = messageStart.safeParse(event)
    if (!success) return
    model = data.message.model
    tokens = tokensOf(data.message.usage)
    entry.count(model, tokens)
  }

  function goOn(event: unknown): void {
    const { success, data } = messageDelta.safeParse(event)
    if (!success || model === undefined) return
    tokens = tokensOf(data.usage, tokens)
    isCounted = true
    entry.count(model, tokens)
  }

  const lines = createLines(MAX_LINE_BYTES, (line, bytes) => {
    if (line === undefined || line.includes('"content_block_delta"')) contentBytes += bytes
    else if (!line.startsWith(DATA)) return
    else if (line.includes('"message_start"')) begin(parseJson(line.slice(DATA.length)))
    else if (line.includes('"message_delta"')) goOn(parseJson(line.slice(DATA.length)))
  })

  return {
    add: (chunk) => lines.add(chunk),
    end() {
      lines.end()
      if (model !== undefined && !isCounted) {
        // What was generated is billed, whoever hung up.
        const output = Math.max(tokens.output, Math.ceil(contentBytes / BYTES_A_TOKEN))
        entry.count(model, { ...tokens, output })
      }
      entry.close()
    },
  }
}

function bodyMeter(entry: Entry): Meter {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    add(chunk) {
      bytes += chunk.length
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
      else chunks.length = 0
    },
    end() {
      const { success, data } = apiMessage.safeParse(parseJson(Buffer.concat(chunks).toString()))
      if (success) entry.count(data.model, tokensOf(data.usage))
      entry.close()
    },
  }
}
