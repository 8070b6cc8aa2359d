import type { AgentContext, Enclosure, Sandbox } from '@sleepless/domain'

import type { AgentCommand } from './agent-process.ts'
import { ownGuard } from './guard.ts'

export interface Shut {
  /** How to start it. */
  readonly command: AgentCommand
  readonly enclosure: Enclosure
}

export interface EncloseOptions {
  readonly sandbox: Sandbox
  readonly context: Pick<AgentContext, 'workspacePath' | 'homePath' | 'readOnlyPaths' | 'egress'>
  /** Sockets of the host by their paths inside. */
  readonly sockets: Readonly<Record<string, string>>
}

/**
 * Shuts a command in that is written as it is to be inside.
 *
 * @throws {SandboxError} when it cannot be.
 */
export async function enclose(command: AgentCommand, options: EncloseOptions): Promise<Shut> {
  const { sandbox, context, sockets } = options
  const { file, args, env, runId } = command
  const { workspacePath, homePath, readOnlyPaths = [], egress } = context
  const { HOME: _, ...variables } = env
  const [marker, run] = ownGuard.marker(runId)
  const enclosure = await sandbox.enclose({
    file,
    args,
    // Those who look for what a run has left look inside, too.
    env: { ...variables, ...egress?.env, [marker]: run },
    workspacePath,
    homePath,
    readOnlyPaths,
    sockets: [
      ...Object.entries(sockets).map(([path, hostPath]) => ({ path, hostPath })),
      ...(egress === undefined ? [] : [egress.socket]),
    ],
  })
  const { file: launcher, args: launch, env: launchEnv, descriptors } = enclosure
  const shut = { file: launcher, args: launch, env: launchEnv, descriptors, cwd: '/' }
  // Of the host: others may work in a directory that has the name of one inside.
  const directories = [workspacePath, homePath]
  return { enclosure, command: { ...command, ...shut, directories } }
}
