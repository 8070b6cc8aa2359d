import type { AttemptId } from '../ids.ts'

/** The branch of a serious task. */
export interface ProjectBranch {
  readonly project: {
    readonly name: string
    readonly remote: string
    readonly defaultBranch: string | undefined
  }
  /** Without `refs/heads/`. */
  readonly name: string
}

export interface BranchPush {
  /** 40 hex digits. */
  readonly commit: string
  /** Where the remote may have the branch before, and nowhere else; `undefined`: it has no such branch. */
  readonly expected: readonly (string | undefined)[]
}

export interface ReceivedCommit {
  /** Who wants it. */
  readonly attemptId: AttemptId
  readonly madeBy: AttemptId
  readonly commit: string
  /** The commit that the bundle needs; absent: none. */
  readonly base: string | undefined
  /** Asked for only when the commit is not here yet. @returns undefined when it is not to be had. */
  readonly bundle: () => Promise<AsyncIterable<Uint8Array> | undefined>
}

/** Branches of projects in this host's repositories and on the remotes. Every call has a deadline. */
export interface Branches {
  /**
   * @returns the commit that the remote has the branch at; undefined when it has no such branch.
   * @throws {PushError}
   */
  onRemote(branch: ProjectBranch, signal: AbortSignal): Promise<string | undefined>
  /**
   * Brings a commit of this host's repository to the remote; nothing happens when it is there. Moves no
   * branch but this one, and from nowhere but where it is expected.
   *
   * @throws {PushError} `PROTECTED_BRANCH` for the default branch and one that the remote has checked out.
   */
  push(branch: ProjectBranch, push: BranchPush, signal: AbortSignal): Promise<void>
  /**
   * Brings a commit that was made elsewhere into this host's repository of the project.
   *
   * @returns whether it is there now; not when the bundle is not to be had, damaged, or another one.
   * @throws {PushError} when what it stands on cannot be fetched.
   * @throws {WorkspaceError} when the bundle breaks off, or this host has no room for it.
   */
  receive(branch: ProjectBranch, received: ReceivedCommit, signal: AbortSignal): Promise<boolean>
}
