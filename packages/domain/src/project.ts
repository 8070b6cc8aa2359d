/** What the agents of a project reach of the network. */
export interface EgressRules {
  /** Packages of public registries, to read. */
  readonly registries: boolean
  /** Host names, over TLS: `example.com`, or `*.example.com` for all below it. */
  readonly hosts: readonly string[]
}

export const DEFAULT_EGRESS: EgressRules = { registries: true, hosts: [] }

/** A key that is present with `undefined` clears the field. */
export type ProjectPatch = Partial<Pick<Project, 'defaultBranch' | 'concurrency' | 'egress'>>

export interface Project {
  /** A slug: lower-case letters, digits and single hyphens, at most 64 characters. */
  readonly name: string
  /** What `git clone` takes: a local path, or an ssh or https address without credentials. */
  readonly remote: string
  /** Absent: whatever the remote's HEAD names. */
  readonly defaultBranch: string | undefined
  /** How many of its tasks may run at once; absent: as many as workers take. */
  readonly concurrency: number | undefined
  readonly egress: EgressRules
  readonly createdAt: Date
}
