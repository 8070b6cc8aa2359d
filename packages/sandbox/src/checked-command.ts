import { lstat, realpath, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'

import { SandboxError, type EnclosedCommand, type EnclosedSocket } from '@sleepless/domain'

import type { Forward } from './bubblewrap/bridge.ts'

/** Where to bind from, and where to. */
export interface Binding {
  readonly source: string
  readonly target: string
}

/** A socket, and the port inside at which it can be reached too. */
export interface SocketBinding extends Binding {
  readonly port: number | undefined
}

/** An enclosed command whose paths have been looked at. */
export interface CheckedCommand extends EnclosedCommand {
  readonly readOnly: readonly Binding[]
  readonly listening: readonly SocketBinding[]
}

/**
 * @param common paths that every command may read.
 * @throws {SandboxError} naming what is not as it should be.
 */
export async function checkedCommand(
  command: EnclosedCommand,
  common: readonly string[],
): Promise<CheckedCommand> {
  const { file, args, env, workspacePath, homePath, readOnlyPaths = [], sockets = [] } = command
  const texts = [file, ...args, ...Object.entries(env).flat()]
  if (texts.some((text) => text.includes('\0')))
    throw new SandboxError('a zero byte in the command')
  // env(1), which starts it, would take it for a variable.
  if (file.includes('=')) throw new SandboxError(`the path of a program with "=" in it: ${file}`)
  return {
    ...command,
    workspacePath: await directory(workspacePath),
    homePath: await directory(homePath),
    readOnly: await Promise.all([...common, ...readOnlyPaths].map(readOnly)),
    listening: await Promise.all(sockets.map(socket)),
    file: (await readOnly(file)).target,
  }
}

/** Whatever can be written must be the directory itself: an earlier agent may have put a link there. */
async function directory(path: string): Promise<string> {
  const found = await lstat(absolute(path)).catch(missing(path))
  if (!found.isDirectory()) throw new SandboxError(`${path} is not a directory`)
  return realpath(path)
}

async function readOnly(path: string): Promise<Binding> {
  return { source: await realpath(absolute(path)).catch(missing(path)), target: path }
}

async function socket({ hostPath, path, port }: EnclosedSocket): Promise<SocketBinding> {
  const found = await stat(absolute(hostPath)).catch(missing(hostPath))
  if (!found.isSocket()) throw new SandboxError(`${hostPath} is not a socket`)
  return { source: await realpath(hostPath), target: absolute(path), port }
}

function absolute(path: string): string {
  if (!isAbsolute(path)) throw new SandboxError(`not an absolute path: ${path}`)
  return path
}

function missing(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new SandboxError(`${path} cannot be read`, { cause })
  }
}

/** Sockets that are to be ports inside, too. */
export function forwardsOf({ listening }: CheckedCommand): readonly Forward[] {
  return listening.flatMap(({ target, port }) =>
    port === undefined ? [] : [{ port, path: target }],
  )
}
