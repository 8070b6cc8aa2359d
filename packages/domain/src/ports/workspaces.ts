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

/** Work that another attempt left, to be gone on with. */
export interface EarlierWork {
  readonly madeBy: AttemptId
  /** The branch that the commit will go to. */
  readonly branch: string
  /** Holds the files; absent: they are those of `base`. */
  readonly commit: string | undefined
  /** What the work stands on; absent: an empty tree. */
  readonly base: string | undefined
  /** Whether the next commit stands on `commit` itself, which is finished work, instead of on `base`. */
  readonly isFinished: boolean
  /** Asked for only when the commit is not here yet. @returns undefined when it is not to be had. */
  readonly bundle: () => Promise<AsyncIterable<Uint8Array> | undefined>
}

/** The files of a workspace at one moment. */
export interface WorkSnapshot {
  /** Holds them, above `base`; absent: nothing has changed. */
  readonly commit: string | undefined
  readonly base: string | undefined
  /** A git bundle of the commit without its base, on the worker's disk; absent with it. */
  readonly bundleFile: string | undefined
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
  /**
   * The same, as something that can be brought elsewhere.
   *
   * @param whileWorking the agent goes on meanwhile: nothing in its tree is touched.
   * @returns undefined when that cannot be done without touching it: it holds repositories of its own.
   */
  snapshot(request: { readonly whileWorking: boolean }): Promise<WorkSnapshot | undefined>
  /** Where the transcript of the agent's session is kept, out of its reach; goes with the workspace. */
  readonly transcriptPath: string
}

/** Two empty directories for one attempt that needs no repository. Disposing removes all in them. */
export type Scratch = Pick<Workspace, 'path' | 'homePath'> & AsyncDisposable

export interface Workspaces {
  /** @throws {WorkspaceError} when it cannot be made: a remote out of reach, a full disk. */
  open(request: WorkspaceRequest, signal: AbortSignal): Promise<Workspace>
  /**
   * The same with the files of earlier work in it, uncommitted unless that is finished.
   *
   * @returns undefined when that work is not to be had any more.
   * @throws {WorkspaceError} when it cannot be made.
   */
  restore(
    request: WorkspaceRequest,
    earlier: EarlierWork,
    signal: AbortSignal,
  ): Promise<Workspace | undefined>
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
