import type { AgentAvailability } from '@sleepless/domain'
import { execa } from 'execa'

const DEADLINE_MS = 10_000

/** Asks the binary for its version; says AGENT_NOT_INSTALLED when it does not answer. */
export async function probeClaude(binary: string): Promise<AgentAvailability> {
  const { failed, shortMessage, stdout } = await execa(binary, ['--version'], {
    env: { HOME: '/nonexistent', DISABLE_AUTOUPDATER: '1' },
    extendEnv: false,
    stdin: 'ignore',
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 4096,
    reject: false,
  })
  const version = /^\d+\.\d+\.\d+\S*/.exec(stdout)?.[0]
  if (!failed && version !== undefined) return { available: true, version }
  const detail = failed ? shortMessage : `${binary} --version did not print a version`
  return { available: false, code: 'AGENT_NOT_INSTALLED', detail: detail ?? 'it did not start' }
}
