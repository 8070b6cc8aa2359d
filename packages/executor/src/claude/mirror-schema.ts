import { basename } from 'node:path'

import { z } from 'zod'

import { fields } from '../lenient-schemas.ts'
import type { MirrorEntry, StreamMessage } from './stream-message.ts'

const block = z.object({
  type: z.string(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
})
const content = z.object({ message: z.object({ content: z.array(block.catch({ type: '' })) }) })
const attachment = z.object({ attachment: z.object({ source_uuid: z.string() }) })

function mirrorEntry(entry: Readonly<Record<string, unknown>>): MirrorEntry {
  const blocks = content.safeParse(entry).data?.message.content ?? []
  const queued = attachment.safeParse(entry).data?.attachment.source_uuid
  const said = typeof entry['uuid'] === 'string' ? entry['uuid'] : undefined
  return {
    line: JSON.stringify(entry),
    isUser: entry['type'] === 'user',
    uuids: [queued, said].filter((uuid) => uuid !== undefined),
    calls: blocks.flatMap(({ type, id }) => (type === 'tool_use' && id ? [id] : [])),
    answers: blocks.flatMap(({ type, tool_use_id: id }) =>
      type === 'tool_result' && id ? [id] : [],
    ),
  }
}

/** What the agent has just written to the transcript of its session, or of a subagent's. */
export const mirror: z.ZodType<StreamMessage> = z
  .object({ filePath: z.string(), entries: z.array(fields) })
  .transform(({ filePath, entries }): StreamMessage => ({
    type: 'mirror',
    sessionId: basename(filePath, '.jsonl'),
    entries: entries.map(mirrorEntry),
  }))

export const controlAnswer: z.ZodType<StreamMessage> = z
  .object({ response: z.object({ request_id: z.string() }) })
  .transform(({ response }): StreamMessage => ({
    type: 'control-answer',
    requestId: response.request_id,
  }))
