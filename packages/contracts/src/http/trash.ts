import { z } from 'zod'

import { cursorField, limitField } from './fields.ts'

/** Query of `GET /v1/trash`. */
export const trashListQuery = z.strictObject({
  limit: limitField,
  cursor: cursorField.optional(),
})

/** Query of `DELETE /v1/trash`. */
export const emptyTrashQuery = z.strictObject({
  /** Only what has been there for longer than this. */
  olderThanDays: z.coerce.number().min(0).max(3650).default(0),
})

/** Answer of `DELETE /v1/trash`. */
export const emptiedTrashView = z.object({
  /** How many tasks were done away with. */
  purged: z.int().nonnegative(),
  /** Whether there are more, for another request: one does not take for ever. */
  more: z.boolean(),
})
export type EmptiedTrashView = z.output<typeof emptiedTrashView>
