import { crc32 } from 'node:zlib'

import { finishBody, report } from '@sleepless/contracts'
import { z } from 'zod'

const ending = finishBody.pick({ outcome: true, usage: true })

const journalRecord = z.discriminatedUnion('type', [
  /** The first one: whose journal it is. */
  z.object({
    type: z.literal('claimed'),
    attemptId: z.string(),
    taskId: z.string(),
    fence: z.number(),
    /** Names the agent's processes. */
    sessionId: z.string(),
  }),
  z.object({ type: z.literal('report'), seq: z.number(), report }),
  /** `offset` is in bytes of the attempt's whole output. */
  z.object({ type: z.literal('output'), offset: z.number(), text: z.string() }),
  z.object({ type: z.literal('ended'), ending }),
])

/** One line of a journal. */
export type JournalRecord = z.output<typeof journalRecord>
export type Claimed = Extract<JournalRecord, { type: 'claimed' }>
export type Ending = z.output<typeof ending>

const CHECKSUM_LENGTH = 8

export function encodeRecord(record: JournalRecord): Buffer {
  const json = JSON.stringify(record)
  return Buffer.from(`${checksumOf(json)} ${json}\n`)
}

/** @returns undefined for a line that is not whole: its writer died over it. */
export function decodeRecord(line: string): JournalRecord | undefined {
  const json = line.slice(CHECKSUM_LENGTH + 1)
  if (line.slice(0, CHECKSUM_LENGTH) !== checksumOf(json)) return undefined
  const parsed = journalRecord.safeParse(JSON.parse(json))
  return parsed.success ? parsed.data : undefined
}

function checksumOf(json: string): string {
  return crc32(json).toString(16).padStart(CHECKSUM_LENGTH, '0')
}
