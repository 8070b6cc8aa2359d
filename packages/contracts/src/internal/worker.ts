import { z } from 'zod'

import { attemptIdField, executorField, instantField } from '../http/fields.ts'
import { messageNumberField } from '../http/message.ts'
import { egressView } from '../http/project.ts'
import { allowance } from './allowance.ts'
import { checkpoint, resume } from './checkpoint.ts'
import { holder } from './holder.ts'

const agentMessage = z.object({
  number: messageNumberField,
  text: z.string(),
  receivedAt: instantField,
})
export type AgentMessageView = z.output<typeof agentMessage>

const availabilityBody = z.discriminatedUnion('available', [
  z.strictObject({ available: z.literal(true), version: z.string().max(200) }),
  z.strictObject({
    available: z.literal(false),
    code: z.enum(['AGENT_NOT_INSTALLED', 'AGENT_NOT_LOGGED_IN', 'SANDBOX_UNAVAILABLE']),
    detail: z.string().max(2000),
  }),
])

/** One request of a worker renews its own lease and those of all its attempts. The first one joins. */
export const heartbeatBody = z.strictObject({
  name: z.string().min(1).max(200),
  concurrency: z.int().min(1).max(256),
  labels: z.array(z.string().max(100)).max(50),
  /** What each of its executors can do at present, by name. */
  executors: z
    .record(executorField, availabilityBody)
    .refine((executors) => Object.keys(executors).length <= 50, 'more than 50 executors'),
  /** What its machine has too little of to start anything more. */
  shortage: z
    .strictObject({ resource: z.enum(['memory', 'disk']), detail: z.string().max(500) })
    .optional(),
  draining: z.boolean(),
  attempts: z.array(attemptIdField).max(256),
  /** Of those that were sent messages: the number of the last that the worker has taken. */
  taken: z
    .record(attemptIdField, messageNumberField)
    .refine((taken) => Object.keys(taken).length <= 256, 'more than 256 attempts')
    .optional(),
})
export type HeartbeatBody = z.input<typeof heartbeatBody>

export const heartbeatAnswer = z.object({
  /** Send the next heartbeat after this long. */
  heartbeatMs: z.number().positive(),
  /** Whether it is to take nothing new, until an answer says otherwise. */
  draining: z.boolean().default(false),
  /** Attempts of the request whose tasks were canceled. */
  canceled: z.array(attemptIdField),
  /** Attempts of the request whose agents are to stop because the service is; their tasks go on later. */
  stopped: z.array(attemptIdField).default([]),
  /** Attempts of the request that are no longer this worker's: stop their agents. */
  lost: z.array(attemptIdField),
  /** What people say to their agents, each attempt's in its order; what is missing comes next time. */
  messages: z.array(agentMessage.extend({ attemptId: attemptIdField })),
})
export type HeartbeatAnswer = z.output<typeof heartbeatAnswer>

/** The first line of a worker's stream; after it, an empty line each `keepAliveMs` shows that it lives. */
export const workerStreamHello = z.object({ keepAliveMs: z.number().positive() })

export const checkpointBody = z.strictObject({ ...holder, checkpoint })

export const claimBody = z.strictObject({
  ...holder,
  /** Those that the worker can run at present: it gets no attempt of another. */
  executors: z.array(executorField).max(50),
})
/** Asks to be allowed so much of the day's budget, from the attempt's start. */
export const allowanceBody = z.strictObject({ ...holder, neededMicroUsd: z.int().nonnegative() })
/** Said for a dead worker, by another one of its home. */
export const abandonBody = z.strictObject(holder)
export const claimAnswer = z.object({
  attempt: z.object({
    number: z.int(),
    sessionId: z.uuid(),
    /** Whether an agent ran for the task before. */
    hasRunBefore: z.boolean(),
  }),
  task: z.object({
    prompt: z.string(),
    model: z.string().nullable(),
    timeoutMs: z.number(),
    /** What earlier attempts have left of it; 0: nothing. */
    budgetMicroUsd: z.number().nullable(),
    requester: z.string().nullable(),
    executor: z.string(),
  }),
  project: z
    .object({
      name: z.string(),
      remote: z.string(),
      defaultBranch: z.string().nullable(),
      egress: egressView,
    })
    .nullable(),
  /** What it may spend of the day's budget; null: the day has none. */
  allowance: allowance.nullable(),
  /** Set: go on from there, unless it is not to be had; a commit of the task's own needs no agent. */
  resume: resume.nullable(),
  /** All that the task was sent so far, in its order. */
  messages: z.array(agentMessage),
})
export type ClaimAnswer = z.output<typeof claimAnswer>
