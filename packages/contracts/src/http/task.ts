import {
  DEPENDENCY_POLICIES,
  TASK_STATUSES,
  type TaskKind,
  type TaskStatus,
} from '@sleepless/domain'
import { z } from 'zod'

import {
  cursorField,
  executorField,
  instantField,
  jsonObjectField,
  labelField,
  limitField,
  MAX_PROMPT_BYTES,
  moneyUsdField,
  projectNameField,
  promptField,
  taskIdField,
} from './fields.ts'

const DAY_MS = 24 * 60 * 60 * 1000

const kindField = z.enum(['thought', 'serious'])
export const priorityField = z.int().min(0).max(100)
export const timeoutField = z.int().min(1000).max(DAY_MS)
export const modelField = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@/[\]-]*$/, 'expected the name of a model')

/** Body of `POST /v1/tasks`. */
export const submitTaskBody = z
  .strictObject({
    prompt: promptField.describe(`What to do; at most ${MAX_PROMPT_BYTES} bytes of UTF-8.`),
    kind: kindField.optional().describe('Follows from the project, and must agree with it.'),
    project: projectNameField.optional().describe('Without one, the task is a thought.'),
    priority: priorityField.optional().describe('Larger goes first. Default: 50.'),
    notBefore: instantField.optional().describe('Earliest start.'),
    timeoutMs: timeoutField.optional().describe('Wall-clock limit of each attempt.'),
    budgetUsd: z
      .number()
      .min(0.000_001)
      .max(1_000_000)
      .optional()
      .describe('Limit of each attempt; a millionth of a dollar at least.'),
    model: modelField.optional(),
    executor: executorField.optional().describe('Default: the agent.'),
    labels: z
      .array(labelField)
      .max(20)
      .optional()
      .describe('What its worker must have, all of it.'),
    dependsOn: z.array(taskIdField).max(100).optional().describe('Tasks that have to end first.'),
    onDependencyFailure: z
      .enum(DEPENDENCY_POLICIES)
      .optional()
      .describe('What becomes of it when one of them does not succeed. Default: `fail`.'),
    deadline: instantField.optional().describe('It fails when it has not started by then.'),
    followUpOf: taskIdField
      .optional()
      .describe(
        'A task that has ended and that this one goes on with; what is not said here is as it was there.',
      ),
    parent: taskIdField.optional().describe('The task on whose behalf it is submitted.'),
    requester: z
      .string()
      .min(1)
      .max(200)
      .refine((text) => text.isWellFormed(), 'it holds half of a surrogate pair')
      .optional()
      .describe('Who asked, for the record.'),
    metadata: jsonObjectField
      .refine(
        (value) => Buffer.byteLength(JSON.stringify(value)) <= 8192,
        'metadata is larger than 8 KiB',
      )
      .optional()
      .describe('Kept and given back; never interpreted. At most 8 KiB as JSON.'),
  })
  .refine(({ kind, project }) => kind !== 'serious' || project !== undefined, {
    path: ['project'],
    message: 'a serious task needs a project',
  })
  .refine(({ kind, project }) => kind !== 'thought' || project === undefined, {
    path: ['kind'],
    message: 'a task with a project is serious, not a thought',
  })
export type SubmitTaskBody = z.input<typeof submitTaskBody>

export const waitingForView = z.object({
  reason: z.enum([
    'paused',
    'not-before',
    'dependency',
    'approval',
    'question',
    'agent-unavailable',
    'quota',
    'budget',
    'day-threshold',
    'project-limit',
    'capacity',
    'resources',
    'retry-backoff',
  ]),
  until: instantField.nullable(),
  detail: z.string(),
})

export const failureView = z.object({ code: z.string(), message: z.string(), remedy: z.string() })

export const taskView = z.object({
  id: taskIdField,
  kind: kindField,
  project: z.string().nullable(),
  prompt: z.string(),
  status: z.enum(TASK_STATUSES),
  waitingFor: waitingForView.nullable(),
  priority: z.int(),
  /** How many attempts a worker has begun. */
  attempts: z.int(),
  executor: z.string(),
  labels: z.array(z.string()),
  onDependencyFailure: z.enum(DEPENDENCY_POLICIES),
  deadline: instantField.nullable(),
  followUpOf: taskIdField.nullable(),
  parent: taskIdField.nullable(),
  model: z.string().nullable(),
  timeoutMs: z.int(),
  budgetUsd: moneyUsdField.nullable(),
  requester: z.string().nullable(),
  metadata: z.record(z.string(), z.json()).nullable(),
  result: z
    .object({
      summary: z.string(),
      commit: z.string().nullable(),
      branch: z.string().nullable(),
      pullRequestUrl: z.string().nullable(),
      costUsd: moneyUsdField,
      durationMs: z.number().nonnegative(),
      warnings: z.array(z.string()),
    })
    .nullable(),
  failure: failureView.nullable(),
  cancelRequestedAt: instantField.nullable(),
  /** How many messages it was sent, and how many of them no agent has been given. */
  messages: z.object({ received: z.int(), undelivered: z.int() }),
  createdAt: instantField,
  startedAt: instantField.nullable(),
  finishedAt: instantField.nullable(),
  /** Since when it is in the trash. */
  trashedAt: instantField.nullable(),
})
export type TaskView = z.output<typeof taskView>

const ONE_STATUS = `(?:${TASK_STATUSES.join('|')})`
const SOME_STATUSES = new RegExp(`^${ONE_STATUS}(?:,${ONE_STATUS}){0,9}$`)

export const taskListQuery = z.strictObject({
  limit: limitField,
  cursor: cursorField.optional(),
  /** One, or several with commas between them. */
  status: z
    .string()
    .regex(SOME_STATUSES, `expected one or more of ${TASK_STATUSES.join(', ')}`)
    .transform((text) => TASK_STATUSES.filter((status) => text.split(',').includes(status)))
    .optional(),
  kind: kindField.optional(),
  project: projectNameField.optional(),
  /** The task on whose behalf they were submitted. */
  parent: taskIdField.optional(),
  /** The task that they go on with. */
  followUpOf: taskIdField.optional(),
  /** At this moment or later. */
  createdAfter: instantField.optional(),
  /** Earlier than this. */
  createdBefore: instantField.optional(),
  /** Words of the prompt, the summary or the failure; all of them, the last one perhaps unfinished. */
  q: z.string().min(1).max(200).optional(),
})
export interface TaskListQuery {
  readonly limit?: number
  readonly cursor?: string
  readonly status?: TaskStatus | readonly TaskStatus[]
  readonly kind?: TaskKind
  readonly project?: string
  readonly parent?: string
  readonly followUpOf?: string
  readonly createdAfter?: string
  readonly createdBefore?: string
  readonly q?: string
}

export const taskList = z.object({
  items: z.array(taskView),
  nextCursor: z.string().nullable(),
})
export type TaskList = z.output<typeof taskList>
