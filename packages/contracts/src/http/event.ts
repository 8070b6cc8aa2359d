import { EVENT_TYPES } from '@sleepless/domain'
import { z } from 'zod'

import {
  attemptIdField,
  cursorField,
  instantField,
  limitField,
  projectNameField,
  taskIdField,
} from './fields.ts'

export const eventView = z.object({
  /** Larger than that of every event before it; streams resume from it. */
  id: z.int(),
  type: z.enum(EVENT_TYPES),
  at: instantField,
  taskId: taskIdField.nullable(),
  attemptId: attemptIdField.nullable(),
  data: z.record(z.string(), z.unknown()),
})
export type EventView = z.output<typeof eventView>

/** What a stream says first when it cannot go on from where it was asked to. */
export const eventsReset = z.object({
  /** Id of the present epoch. */
  epoch: z.string(),
  /** The newest event; the stream goes on after it. */
  head: z.int(),
})
export type EventsReset = z.output<typeof eventsReset>

/** Types of events, with commas between them. */
const typesField = z
  .string()
  .transform((text) => [...new Set(text.split(','))])
  .pipe(z.array(z.enum(EVENT_TYPES)))

export const eventListQuery = z.strictObject({
  types: typesField.optional(),
  limit: limitField,
  cursor: cursorField.optional(),
})

export const eventList = z.object({
  items: z.array(eventView),
  nextCursor: z.string().nullable(),
})
export type EventList = z.output<typeof eventList>

export const eventStreamQuery = z.strictObject({
  after: z.coerce
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe(
      'The stream begins with the event after this one; without it, with the next new one.',
    ),
  task: taskIdField.optional().describe('Only the events of this task.'),
  project: projectNameField.optional().describe('Only those of tasks of this project.'),
  types: typesField.optional(),
})
