import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The first descriptor after the standard ones. Its file holds what bubblewrap is told. */
export const ARGUMENTS_DESCRIPTOR = 3

/** Where programs are looked for; bubblewrap too. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export interface Launch {
  readonly bubblewrap: string
  /** The last of those that bubblewrap reads. */
  readonly lastDescriptor: number
  /** Into each, the pid is written first. */
  readonly joinFiles: readonly string[]
  /** Lines for bash that set limits. */
  readonly limits: string
  /** The program and its arguments, inside. */
  readonly program: readonly string[]
}

/** The exit code of a launch that could not join its control groups. */
const LAUNCH_FAILED = 71

/** In which alone descriptors above 9 can be closed. */
export const LAUNCHER = '/bin/bash'

/**
 * A shell that puts itself into control groups, takes limits on, and becomes bubblewrap. With its process
 * group, bubblewrap too gets SIGTERM, and would take everything with it: it is told to ignore it, and
 * env(1) undoes that for the program.
 */
export async function launchArguments(launch: Launch): Promise<readonly string[]> {
  resetting ??= canResetSignals()
  const resets = await resetting
  const script = [
    ...(resets ? [`trap '' TERM`] : []),
    closeDescriptors(launch.lastDescriptor),
    // Bubblewrap's own environment, which can be read inside, has the directory in it.
    'cd / && unset OLDPWD',
    `while [ "$1" != -- ]; do echo $$ > "$1" || exit ${LAUNCH_FAILED}; shift; done`,
    'shift',
    launch.limits,
    'exec "$@"',
  ].join('\n')
  const enclosing = [launch.bubblewrap, '--args', String(ARGUMENTS_DESCRIPTOR), '--']
  const prefix = resets ? ['/usr/bin/env', '--default-signal=TERM'] : []
  const command = [...enclosing, ...prefix, ...launch.program]
  // With a socket for its input, which Node's pipes are, bash would read ~/.bashrc.
  return ['--norc', '-c', script, 'sleepless-sandbox', ...launch.joinFiles, '--', ...command]
}

/** What the worker itself was given by whoever started it: Node hands the higher ones down. */
function closeDescriptors(last: number): string {
  return `for fd in /proc/self/fd/*; do
  fd=\${fd##*/}
  [ "$fd" -gt ${last} ] && eval "exec $fd>&-"
done`
}

// The machine's env(1) is asked once, and not before each launch.
let resetting: Promise<boolean> | undefined

/** GNU's can since 2019; without it, SIGTERM ends all that is inside as SIGKILL does. */
async function canResetSignals(): Promise<boolean> {
  return promisify(execFile)('/usr/bin/env', ['--default-signal=TERM', 'true']).then(
    () => true,
    () => false,
  )
}
