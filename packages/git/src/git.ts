import { WorkspaceError } from '@sleepless/domain'
import { GitError, simpleGit, type SimpleGitOptions } from 'simple-git'

import { FIXED_CONFIG } from './git-environment.ts'
import { redact, summary } from './redact.ts'
import { stopSignal } from './stop-signal.ts'

/** How long a process may go on after it was told to stop, before nobody waits for it any more. */
const STOP_GRACE_MS = 5_000

/** Git goes on after these, and what it then makes is not the whole work tree. */
const INCOMPLETE = /^warning: could not open directory/m

export interface GitCommand {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** For its standard input. */
  readonly input?: string
  /** Default: the deadline that the runner was made with. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal | undefined
}

/** Runs git on the host, never with anything an agent could write as its configuration. */
export interface Git {
  /**
   * @returns what it wrote to its standard output, trimmed at the end.
   * @throws {GitFailedError} when it fails, is aborted or passes its deadline.
   */
  run(args: readonly string[], command: GitCommand): Promise<string>
}

/** A git command failed. The message and `stderr` hold no credentials. */
export class GitFailedError extends WorkspaceError {
  readonly stderr: string

  constructor(command: string, stderr: string) {
    super(`git ${command} failed: ${summary(stderr)}`)
    this.stderr = redact(stderr)
  }
}

export interface GitOptions {
  readonly binary: string
  readonly env: Readonly<Record<string, string>>
  readonly deadlineMs: number
  /** Asked for before each command: more of the environment. */
  readonly mark?: (() => Readonly<Record<string, string>>) | undefined
}

/** What simple-git refuses by default, for callers who pass on what others wrote: these values are ours. */
const OURS: NonNullable<SimpleGitOptions['unsafe']> = {
  allowUnsafeConfigPaths: true,
  allowUnsafeCustomBinary: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeSshCommand: true,
  allowUnsafeTemplateDir: true,
}

export function createGit({ binary, env, deadlineMs, mark }: GitOptions): Git {
  return {
    async run(args, command) {
      const limitMs = command.deadlineMs ?? deadlineMs
      const name = args[0] ?? ''
      using stop = stopSignal(limitMs, command.signal)
      try {
        const output = await Promise.race([
          spawnGit(args, {
            binary,
            stop: stop.signal,
            command: { ...command, env: { ...env, ...mark?.(), ...command.env } },
          }),
          lingering(stop.signal),
        ])
        return output.trimEnd()
      } catch (error) {
        if (command.signal?.aborted === true) throw new GitFailedError(name, 'it was aborted')
        if (stop.signal.aborted) throw new GitFailedError(name, `it took longer than ${limitMs} ms`)
        throw new GitFailedError(name, error instanceof Error ? error.message : String(error))
      }
    },
  }
}

interface Spawn {
  readonly binary: string
  readonly stop: AbortSignal
  readonly command: GitCommand
}

async function spawnGit(
  args: readonly string[],
  { binary, stop, command }: Spawn,
): Promise<string> {
  const { cwd, env = {}, input } = command
  const git = simpleGit({
    baseDir: cwd,
    binary,
    config: [...FIXED_CONFIG],
    abort: stop,
    allowEnvironment: Object.keys(env),
    unsafe: OURS,
    // `exit` counts as well: an ssh that hangs on keeps the pipes of a dead git open.
    completion: { onClose: true, onExit: 1_000 },
    input: () => input,
    errors: (error, { exitCode, stdErr }) => {
      const text = Buffer.concat(stdErr).toString('utf8')
      // simple-git by itself takes a process that was killed, or failed in silence, for a success.
      if (exitCode !== 0) {
        return new GitError(undefined, text === '' ? `exit code ${exitCode}` : text)
      }
      return INCOMPLETE.test(text) ? new GitError(undefined, text) : error
    },
  })
  // simple-git waits 50 ms for late output of a process that wrote nothing; most of ours write nothing.
  git.outputHandler((_command, stdout) => {
    stdout.once('end', () => stdout.emit('data', Buffer.alloc(0)))
  })
  return git.env(env).raw([...args])
}

function lingering(stop: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const giveUp = (): void => {
      setTimeout(() => reject(new Error('it did not stop')), STOP_GRACE_MS).unref()
    }
    if (stop.aborted) giveUp()
    else stop.addEventListener('abort', giveUp, { once: true })
  })
}
