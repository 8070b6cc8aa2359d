import { z } from 'zod'

const NAMES = ['npm', 'pypi', 'pypi-files'] as const

/** Package registries that agents read instead of the public ones, by name. */
type WorkerRegistries = readonly (readonly [name: (typeof NAMES)[number], url: string])[]

const nameField = z.enum(NAMES, `expected one of ${NAMES.join(', ')}, then = and an address`)

const urlField = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .refine((url) => !/[?#]/.test(url), 'an address holds a query')
  // It would be seen by whoever sees the environment, and be no secret.
  .refine((url) => !/^[a-z]+:\/\/[^/]*@/.test(url), 'an address holds a user name or a password')
  .transform((url) => url.replace(/\/+$/, ''))

/** Reads `npm=https://…,pypi=https://…`. */
export const workerRegistriesField: z.ZodType<WorkerRegistries> = z
  .string()
  .default('')
  .transform((text) => {
    const entries = text.split(',').filter((entry) => entry.trim() !== '')
    return entries.map((entry) => {
      const [name = '', ...url] = entry.trim().split('=')
      return [name, url.join('=')] as const
    })
  })
  .pipe(z.array(z.tuple([nameField, urlField])))
