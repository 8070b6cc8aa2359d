import type { AttemptId, TaskId } from '../ids.ts'

export interface WorkspaceRequest {
  readonly taskId: TaskId
  readonly attemptId: AttemptId
  /** What the task is about, for the name of its branch. */
  readonly prompt: string
  /** Absent for a thought, which gets a fresh repository of its own. */
  readonly project:
    | { readonly name: string; readonly remote: string; readonly defaultBranch: string | undefined }
    | undefined
}

export interface CommitRequest {
  /** First line of the message; cut to 72 characters. */
  readonly subject: string
  /** Paragraphs between the subject and the trailers. */
  readonly body: string
  /** Written into the work tree before the commit; a thought's `answer.md`. */
  readonly files: Readonly<Record<string, string>>
}

export interface Commit {
  /** 40 hex digits. */
  readonly hash: string
  readonly branch: string
  /** The commit that it stands on; absent: none. */
  readonly base: string | undefined
  /** The change as a unified diff, on the worker's disk until the workspace is disposed of. */
  readonly diffFile: string
  /** A git bundle of the commit, likewise. */
  readonly bundleFile: string
}

/**
 * A private working copy for one attempt. Disposing removes it or keeps it for a while, for people to look at;
 * the home goes at once, and the commits made from it stay.
 */
export interface Workspace extends AsyncDisposable {
  /** The agent's working directory. */
  readonly path: string
  /** A private directory beside it for the agent's home and configuration. */
  readonly homePath: string
  /** What its repository borrows objects from, for the agent to read. */
  readonly readOnlyPaths: readonly string[]
  /** The branch that the commit goes to. */
  readonly branch: string
  /**
   * Commits the whole work tree as one commit with `Task:` and `Attempt:` trailers, by a git directory
   * that the agent could not write to.
   *
   * @returns undefined when nothing changed.
   */
  commit(request: CommitRequest): Promise<Commit | undefined>
  /** Keeps uncommitted work under `refs/sleepless/checkpoints/<attempt>`. @returns undefined when there is none. */
  checkpoint(): Promise<string | undefined>
  /** Says that the attempt has succeeded: what people may look at afterwards is then kept for a shorter time. */
  succeeded(): void
}

/** Two empty directories for one attempt that needs no repository. Disposing removes all in them. */
export type Scratch = Pick<Workspace, 'path' | 'homePath'> & AsyncDisposable

export interface Workspaces {
  /** @throws {WorkspaceError} when it cannot be made: a remote out of reach, a full disk. */
  open(request: WorkspaceRequest, signal: AbortSignal): Promise<Workspace>
  /** @throws {WorkspaceError} when it cannot be made. */
  openScratch(attempt: AttemptId): Promise<Scratch>
  /** Attempts whose workspaces are on this host: of this process, of others, and of such as died. */
  list(): Promise<readonly AttemptId[]>
  /**
   * Opens a workspace again that a process which has died left behind. Nothing else may use it.
   *
   * @returns undefined when there is none, or it was never finished; what there was of it is removed.
   * @throws {WorkspaceError} when it cannot be opened; it stays as it is then.
   */
  reopen(attempt: AttemptId): Promise<Workspace | undefined>
  /**
   * Keeps the work in a workspace that was left behind under `refs/sleepless/checkpoints/<attempt>`,
   * unless a commit holds it, and removes the workspace.
   *
   * @returns undefined when there is none, or it was never finished.
   * @throws {WorkspaceError} when its work cannot be kept; it stays as it is then.
   */
  salvage(attempt: AttemptId): Promise<Salvage | undefined>
  /**
   * Removes what is kept of ended attempts beyond its time or size, and what nobody is going to use. Then,
   * for as long as `isShort` says so, whatever else can be spared, the oldest first. Once the signal is
   * aborted it goes on with nothing more.
   *
   * @throws {WorkspaceError} the first thing that could not be removed, once all was tried.
   */
  tidy(isShort: () => Promise<boolean>, signal: AbortSignal): Promise<void>
  /**
   * Prepares what the next attempts of projects in use begin with.
   *
   * @throws {WorkspaceError} when it cannot be made; attempts do without then.
   */
  stockUp(signal: AbortSignal): Promise<void>
}

export interface Salvage {
  /** The commit that holds what no other does; absent when there was nothing of the kind. */
  readonly checkpoint: string | undefined
}
