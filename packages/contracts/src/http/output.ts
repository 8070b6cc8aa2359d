import { z } from 'zod'

/** Most lines that `tail` takes. */
const MAX_TAIL_LINES = 10_000

const where = {
  /** Begin at this byte. */
  from: z.coerce.number().int().nonnegative().optional(),
  /** Begin so many lines before the present end. */
  tail: z.coerce.number().int().min(1).max(MAX_TAIL_LINES).optional(),
}

export const taskOutputQuery = z
  .strictObject({ ...where, follow: z.enum(['true', 'false']).optional() })
  .refine(isOnePlace, { path: ['tail'], error: 'from and tail exclude each other' })

/** Where outputs begin that were asked for by `from` or `tail`, in bytes. */
export const OUTPUT_FROM_HEADER = 'sleepless-output-from'

/** A piece of a task's output, cut between characters. */
export const outputPiece = z.object({
  /** Place of its first byte in the output. */
  from: z.int(),
  /** Place after its last byte: streams resume from it. */
  to: z.int(),
  text: z.string(),
})
export type OutputPiece = z.output<typeof outputPiece>

/** The task has ended, and this is all that its agents have printed. */
export const outputEnd = z.object({ lengthBytes: z.int() })

/** Where to begin in an output that comes over a WebSocket. */
export const outputPlace = where

/** Whether it says at most one place to begin at. */
export function isOnePlace({
  from,
  tail,
}: {
  readonly from?: number | undefined
  readonly tail?: number | undefined
}): boolean {
  return from === undefined || tail === undefined
}
