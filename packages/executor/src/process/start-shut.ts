import type { SandboxLimit } from '@sleepless/domain'

import {
  startAgent,
  type AgentCommand,
  type AgentLimits,
  type AgentProcess,
} from './agent-process.ts'
import { enclose, type EncloseOptions } from './enclose.ts'

/** A running program, and what it has met of the limits of its sandbox. */
export interface HeldProcess extends AgentProcess {
  limitsHit(): Promise<readonly SandboxLimit[]>
  /** Why it was stopped for its disk, for a person; undefined when it was not. */
  diskFull(): string | undefined
}

/** Starts a program as a process of the worker's user. @throws {AgentSpawnError} */
export async function startBare(command: AgentCommand, limits: AgentLimits): Promise<HeldProcess> {
  const agent = await startAgent(command, limits)
  return { ...agent, limitsHit: () => Promise.resolve([]), diskFull: () => undefined }
}

/**
 * Starts a program in a sandbox, and stops it when its disk is full.
 *
 * @param inside as it is to be there.
 * @throws {SandboxError} @throws {AgentSpawnError}
 */
export async function startShut(
  inside: AgentCommand,
  limits: AgentLimits,
  options: EncloseOptions,
): Promise<HeldProcess> {
  await using resources = new AsyncDisposableStack()
  const { command, enclosure } = await enclose(inside, options)
  resources.use(enclosure)
  const agent = resources.use(await startAgent(command, limits))
  let diskFull: string | undefined
  const stopForDisk = async (): Promise<void> => {
    diskFull = await enclosure.diskFull
    agent.stop('disk-full')
  }
  void stopForDisk()
  const held = resources.move()
  return {
    ...agent,
    limitsHit: () => enclosure.limitsHit(),
    diskFull: () => diskFull,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}
