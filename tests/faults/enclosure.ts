import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

import { temporaryDirectory } from '@sleepless/testing'

/** Set in the environment of the program that runs inside: where its files go. */
const INSIDE = 'FAULTS_DIRECTORY'

const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']
/** Without being root, as the root of a namespace of users. */
const AS_ROOT = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
/** The first process of the namespace collects those that lost their parents. */
const FIRST = ['bash', '-c', '"$@"; exit $?', 'faults']

/** Whether this program is alone with the processes and the file systems that it makes. */
export function isEnclosed(): boolean {
  return enclosedDirectory() !== undefined
}

/** The folder that is removed when this program has ended, however it does. */
export function enclosedDirectory(): string | undefined {
  return process.env[INSIDE]
}

/**
 * Runs this program again where all that it leaves behind goes with it: processes, whatever killed it,
 * and mounted file systems.
 *
 * @returns its exit code; undefined where the kernel does not allow it.
 */
export async function runEnclosed(): Promise<number | undefined> {
  const unshare = [...AS_ROOT, ...NAMESPACES]
  const { status } = spawnSync('unshare', [...unshare, 'true'], { stdio: 'ignore' })
  if (status !== 0) return undefined
  await using directory = await temporaryDirectory('sleepless-faults-')
  const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const args = ['--pdeathsig', 'KILL', '--', 'unshare', ...unshare, ...FIRST, ...program]
  const child = spawn('setpriv', args, {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: directory.path },
  })
  // With it goes all that it started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => child.kill('SIGKILL'))
  }
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
