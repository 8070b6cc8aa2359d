export interface Project {
  /** A slug: lower-case letters, digits and single hyphens, at most 64 characters. */
  readonly name: string
  /** What `git clone` takes: a local path, or an ssh or https address without credentials. */
  readonly remote: string
  /** Absent: whatever the remote's HEAD names. */
  readonly defaultBranch: string | undefined
  readonly createdAt: Date
}
