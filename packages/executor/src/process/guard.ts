import { spawn } from 'node:child_process'

/** Names the run in the environment of everything that an agent starts. */
export const MARKER_VARIABLE = 'SLEEPLESS_RUN'

/** In place of a run: git processes of the host, which no attempt has for itself. */
const GIT_RUN = 'git'

/**
 * Waits until nobody holds the other end of its input, and then kills whatever bears the mark. It
 * looks several times: a process that was just being started bears its mark a moment later. Git is asked
 * first, since it then takes the locks away that would stop the next one.
 */
const SCRIPT = `
trap '' HUP INT TERM
read -r mark || exit 0
while read -r _; do :; done
for pause in 0.02 0.05 0.1 0.2 0.4 0.8; do
  for file in $(grep -lzs -- "^$mark" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    signal=KILL
    [ "$pause" != 0.8 ] && grep -qzsx -- "\${mark}${GIT_RUN}" "$file" && signal=TERM
    kill -$signal "\${pid%/environ}" 2> /dev/null
  done
  sleep "$pause"
done`

/** Ends what this process has started when it dies, however it dies. */
export interface Guard {
  /** Sees to it that somebody watches. To be called before each start; costs nothing from the second on. */
  watch(): void
  /** The variable that tells the processes of a run from all others, and all runs of this process too. */
  marker(runId: string): readonly [name: string, value: string]
}

/**
 * A small shell process at the other end of a pipe: the kernel closes the pipe when this process is
 * gone. The death signal of Linux (`setpriv --pdeathsig`) would reach the agent alone, not what that
 * has started, and would take another exec at each start. Without /proc it finds nothing.
 */
export function createGuard(): Guard {
  const mark = `${MARKER_VARIABLE}=${crypto.randomUUID()}.`
  let isWatching = false

  return {
    watch() {
      if (isWatching) return
      isWatching = true
      const shell = spawn('/bin/sh', ['-c', SCRIPT, 'sleepless-guard'], {
        // Out of reach of signals that are meant for this process and its group.
        detached: true,
        cwd: '/',
        env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      const gone = (): void => {
        isWatching = false
      }
      shell.on('error', gone)
      shell.on('exit', gone)
      shell.stdin.on('error', gone)
      shell.stdin.write(`${mark}\n`)
      shell.unref()
      // A pipe of a child is a socket, which the type does not say.
      if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref()
    },
    marker: (runId) => [MARKER_VARIABLE, `${mark.slice(MARKER_VARIABLE.length + 1)}${runId}`],
  }
}

/** The guard of all that this process starts. */
export const ownGuard: Guard = createGuard()

/**
 * Lets git processes that this process starts end when it dies. To be called before each.
 *
 * @returns variables that their environment must have.
 */
export function guardedGit(): Readonly<Record<string, string>> {
  ownGuard.watch()
  return Object.fromEntries([ownGuard.marker(GIT_RUN)])
}
