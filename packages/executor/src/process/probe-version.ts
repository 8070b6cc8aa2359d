import type { AgentAvailability } from '@sleepless/domain'
import { execa } from 'execa'

const DEADLINE_MS = 10_000

/**
 * Asks a program for its version; says AGENT_NOT_INSTALLED when it does not answer.
 *
 * @param pattern with the version as its first group.
 */
export async function probeVersion(binary: string, pattern: RegExp): Promise<AgentAvailability> {
  const { failed, shortMessage, stdout } = await execa(binary, ['--version'], {
    // No directory, and none that could be made: Codex makes itself one to tell its version.
    env: { HOME: '/dev/null', DISABLE_AUTOUPDATER: '1' },
    extendEnv: false,
    stdin: 'ignore',
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 4096,
    reject: false,
  })
  const version = pattern.exec(stdout)?.[1]
  if (!failed && version !== undefined) return { available: true, version }
  const detail = failed ? shortMessage : `${binary} --version did not print a version`
  return { available: false, code: 'AGENT_NOT_INSTALLED', detail: detail ?? 'it did not start' }
}
