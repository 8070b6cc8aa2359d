import { z } from 'zod'

import { cursorField, instantField, limitField, projectNameField } from './fields.ts'

// A credential in an address would end up in logs and in the agent's clone.
const remoteField = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\s-][^\s]*$/, 'expected an address or a path, without spaces')
  .refine(
    (remote) =>
      /^(\/|file:\/\/\/|ssh:\/\/|https?:\/\/)/.test(remote) || /^[\w.-]+@[\w.-]+:/.test(remote),
    'expected an absolute path, or an ssh or https address',
  )
  .refine(
    (remote) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(remote),
    'the address holds a password; leave it out',
  )
  // A user name there is a token more often than not.
  .refine(
    (remote) => !/^https?:\/\/[^/]*@/.test(remote),
    'the address holds a user name or a token; leave it out',
  )

/** A name, and not one of the machine's own network: those have no dot. An address is none. */
const egressHostField = z
  .string()
  .max(253)
  .regex(
    /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'expected a host name in lower case, such as example.com or *.example.com',
  )

const egressField = z.strictObject({
  registries: z
    .boolean()
    .default(true)
    .describe('Whether packages can be read from public registries.'),
  hosts: z
    .array(egressHostField)
    .max(100)
    .default([])
    .describe('What else agents may reach, over TLS.'),
})

const branchField = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_./-]*$/, 'expected the name of a branch')
const concurrencyField = z.int().min(1).max(1000)

/** Body of `POST /v1/projects`. */
export const createProjectBody = z.strictObject({
  name: projectNameField,
  remote: remoteField,
  defaultBranch: branchField.optional(),
  concurrency: concurrencyField
    .optional()
    .describe('How many of its tasks may run at once. Default: as many as workers take.'),
  egress: egressField
    .optional()
    .describe('What its agents reach of the network. Default: package registries.'),
})
export type CreateProjectBody = z.input<typeof createProjectBody>

/** Body of `PATCH /v1/projects/{name}`: what is absent stays, null clears. */
export const changeProjectBody = z.strictObject({
  defaultBranch: branchField.nullish(),
  concurrency: concurrencyField.nullish(),
  egress: z
    .strictObject({
      registries: z.boolean().optional(),
      /** All of them, in place of those before. */
      hosts: z.array(egressHostField).max(100).optional(),
    })
    .optional(),
})
export type ChangeProjectBody = z.input<typeof changeProjectBody>

export const egressView = z.object({ registries: z.boolean(), hosts: z.array(z.string()) })

export const projectView = z.object({
  name: projectNameField,
  remote: z.string(),
  defaultBranch: z.string().nullable(),
  concurrency: z.int().nullable(),
  egress: egressView,
  createdAt: instantField,
})
export type ProjectView = z.output<typeof projectView>

export const projectListQuery = z.strictObject({
  limit: limitField,
  cursor: cursorField.optional(),
})
export const projectList = z.object({
  items: z.array(projectView),
  nextCursor: z.string().nullable(),
})
export type ProjectList = z.output<typeof projectList>
