import { z } from 'zod'

import { text } from '../lenient-schemas.ts'
import { assistant, background, init, lifecycle, retry, user } from './message-schemas.ts'
import { controlAnswer, mirror } from './mirror-schema.ts'
import { result } from './result-schema.ts'
import type { StreamMessage } from './stream-message.ts'
import { UNUSED_KINDS } from './unused-kinds.ts'

const kinds = new Map<string, z.ZodType<StreamMessage>>([
  ['system/init', init],
  ['system/api_retry', retry],
  ['system/background_tasks_changed', background],
  ['command_lifecycle', lifecycle],
  ['transcript_mirror', mirror],
  ['control_response', controlAnswer],
  ['assistant', assistant],
  ['user', user],
  ['result', result],
])

const envelope = z.object({ type: z.string(), subtype: text })

const MIRROR = '{"type":"transcript_mirror"'

/** What can be told of a line from its beginning. */
export function parseCut(beginning: string): StreamMessage {
  return { type: beginning.startsWith(MIRROR) ? 'mirror-cut' : 'broken' }
}

/** Reads one line. Never throws: what it can't read is `broken`, what it doesn't need `ignored` or `unknown`. */
export function parseMessage(line: string): StreamMessage {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return { type: 'broken' }
  }
  const outer = envelope.safeParse(json)
  if (!outer.success) return { type: 'broken' }
  const { type, subtype } = outer.data
  const kind = type === 'system' ? `${type}/${subtype}` : type
  const schema = kinds.get(kind)
  if (schema === undefined) {
    return UNUSED_KINDS.has(kind) ? { type: 'ignored' } : { type: 'unknown', kind }
  }
  return schema.safeParse(json).data ?? { type: 'broken' }
}
