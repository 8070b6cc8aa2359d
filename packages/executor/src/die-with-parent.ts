import { accessSync, constants } from 'node:fs'

const SETPRIV = '/usr/bin/setpriv'

export interface Invocation {
  readonly file: string
  readonly args: readonly string[]
}

/**
 * The same program, tied to this process where Linux allows it: the kernel kills it when its parent
 * is killed, so that an agent whose worker is gone does not go on and spend. Its pid stays what it is.
 */
export function dieWithParent(invocation: Invocation): Invocation {
  const { file, args } = invocation
  // What cannot be run must fail as itself, not as the program before it.
  if (!isExecutable(SETPRIV) || !isExecutable(file)) return invocation
  return { file: SETPRIV, args: ['--pdeathsig', 'KILL', '--', file, ...args] }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
