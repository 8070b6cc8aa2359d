import { realpath } from 'node:fs/promises'

import { SANDBOX_PATHS } from '@sleepless/domain'

import { forwardsOf, type Binding, type CheckedCommand } from '../checked-command.ts'
import { BRIDGE_PROGRAM } from './bridge.ts'
import { isOfSystem, kernelArguments, systemArguments } from './host-system.ts'
import { USER_ID } from './own-files.ts'

export interface ArgumentOptions {
  readonly temporaryBytes: number
  /** Of the filter of system calls, where there is one. */
  readonly filterDescriptor: number | undefined
  /** Those of files to be made inside, by their paths. */
  readonly fileDescriptors: ReadonlyMap<string, number>
}

/** All that bubblewrap is told, but for the program. */
export async function bubblewrapArguments(
  command: CheckedCommand,
  { temporaryBytes, filterDescriptor, fileDescriptors }: ArgumentOptions,
): Promise<readonly string[]> {
  const { env, workspacePath, homePath, listening } = command
  const variables = Object.entries({ ...env, HOME: SANDBOX_PATHS.home })
  const filter = filterDescriptor === undefined ? [] : ['--seccomp', String(filterDescriptor)]
  const files = [...fileDescriptors].map(([path, descriptor]) => [String(descriptor), path])
  const temporary = ['--perms', '1777', '--size', String(temporaryBytes), '--tmpfs']
  const readOnly = [...listening, ...(await readable(command))]
  return [
    // Not --new-session: whoever signals the group of processes means the program too. There is no
    // terminal in it to write into: the caller began a session, and the filter denies TIOCSTI.
    ['--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent'],
    ['--uid', USER_ID, '--gid', USER_ID, '--cap-drop', 'ALL', '--hostname', 'sandbox', ...filter],
    ['--clearenv', ...variables.flatMap(([name, value]) => ['--setenv', name, value])],
    // Those that bubblewrap makes on the way to others are for their owner alone.
    ['--dir', '/etc', '--dir', '/run', ...(await systemArguments())],
    files.flatMap((file) => ['--perms', '0644', '--file', ...file]),
    // Read-only as a whole. Without that, root outside could set the kernel's parameters from inside:
    // files in /proc/sys go by the user's id on the host, and bubblewrap does not cover them from root.
    ['--proc', '/proc', ...(await kernelArguments()), '--remount-ro', '/proc'],
    ['--dev', '/dev', ...temporary, '/dev/shm', '--remount-ro', '/dev'],
    [...temporary, '/tmp', '--dir', '/var', '--symlink', '/tmp', '/var/tmp'],
    readOnly.flatMap(({ source, target }) => ['--ro-bind', source, target]),
    ['--bind', workspacePath, SANDBOX_PATHS.workspace, '--bind', homePath, SANDBOX_PATHS.home],
    ['--chdir', SANDBOX_PATHS.workspace, '--remount-ro', '/'],
  ].flat()
}

/**
 * What the caller names and, if they are not among that, the programs: under their names, and under those
 * to which links lead.
 */
async function readable(command: CheckedCommand): Promise<readonly Binding[]> {
  const { readOnly, file } = command
  const programs = forwardsOf(command).length === 0 ? [file] : [file, BRIDGE_PROGRAM]
  const isShown = (path: string): boolean =>
    isOfSystem(path) || readOnly.some(({ target }) => `${path}/`.startsWith(`${target}/`))
  const named = await Promise.all(
    programs.map(async (program) => {
      const source = await realpath(program)
      return [...new Set([source, program])].map((target) => ({ source, target }))
    }),
  )
  return [...readOnly, ...named.flat().filter(({ target }) => !isShown(target))]
}
