/** Where a program finds its directories inside a sandbox, the same on every host. */
export const SANDBOX_PATHS = { workspace: '/workspace', home: '/config' } as const

/** A program that is to run enclosed. All paths are absolute. */
export interface EnclosedCommand {
  /** A path of the host, and the same inside. What else it needs is in `readOnlyPaths`. */
  readonly file: string
  /** Anybody on the host can see them; secrets go into `env`. */
  readonly args: readonly string[]
  /** All of its environment but `HOME`; on no command line, for other users to see. */
  readonly env: Readonly<Record<string, string>>
  /** A directory of the host: `/workspace` inside, and where the program starts. Writable. */
  readonly workspacePath: string
  /** A directory of the host: `/config` inside, and its `HOME`. Writable. */
  readonly homePath: string
  /** What else of the host can be read, at the same paths inside. */
  readonly readOnlyPaths?: readonly string[]
  /** All that the program reaches of any network. */
  readonly sockets?: readonly EnclosedSocket[]
}

export interface EnclosedSocket {
  /** A listening unix socket of the host; one that takes its place later is not seen inside. */
  readonly hostPath: string
  /** For instance `/run/sleepless/model.sock`. */
  readonly path: string
  /** Also a port of the loopback address inside, for programs that know no unix sockets. */
  readonly port?: number
}

export type SandboxLimit =
  | 'memory'
  | 'processes'
  | 'cpu-time'
  | 'file-size'
  | 'open-files'
  | 'workspace-disk'

/**
 * What holds a program to a limit: a control group counts all its processes together; `rlimit` counts
 * each alone, except for `processes`, where it counts all of the worker's user; `watch` looks every second.
 */
export type LimitMechanism = 'cgroup v1' | 'cgroup v2' | 'rlimit' | 'watch'

export interface LimitInForce {
  readonly limit: SandboxLimit
  /** Bytes, processes, seconds or files. */
  readonly value: number
  readonly mechanism: LimitMechanism
}

export type SandboxAvailability =
  | {
      readonly available: true
      /** As in `bubblewrap 0.8.0`. */
      readonly version: string
      readonly limits: readonly LimitInForce[]
      /** Limits that were asked for, and that nothing here enforces. */
      readonly missingLimits: readonly SandboxLimit[]
      /** Whether system calls are filtered. */
      readonly filtersCalls: boolean
    }
  | {
      readonly available: false
      readonly code: 'SANDBOX_UNAVAILABLE'
      /** What failed and, in another sentence, what to do about it. */
      readonly detail: string
    }

/**
 * How to start an enclosed program, once: `file` with `args`, `env` and
 * `['pipe', 'pipe', 'pipe', ...descriptors]`, in a session of its own (`detached`): the program
 * may kill its process group, and use its terminal. SIGTERM to the group reaches the program; SIGKILL to
 * `file` ends all that runs inside, at once, and so does the end of the thread that started it. It exits
 * with the program's code, or with 128 and the number of the signal that ended the program. To be
 * disposed of then.
 */
export interface Enclosure extends AsyncDisposable {
  readonly file: string
  readonly args: readonly string[]
  /** Can be read inside, through `/proc/1/environ`: whoever adds to it adds no secret. */
  readonly env: Readonly<Record<string, string>>
  /** Closed when disposed. */
  readonly descriptors: readonly number[]
  readonly limits: readonly LimitInForce[]
  /**
   * Settles, with a sentence for a person, when the workspace's disk limit has been passed or the disk is
   * nearly full: the caller should end the program. Else never.
   */
  readonly diskFull: Promise<string>
  /** The limits at which the kernel has killed or refused something, as far as it tells; before disposal. */
  limitsHit(): Promise<readonly SandboxLimit[]>
}

/** Shuts a program in with what it is given, and nothing else of the host. */
export interface Sandbox {
  /** Whether a program can be enclosed now, found out by enclosing one. Takes some seconds at most. */
  probe(): Promise<SandboxAvailability>
  /** @throws {SandboxError} when a path is not what it should be, or there is no place for the limits. */
  enclose(command: EnclosedCommand): Promise<Enclosure>
}
