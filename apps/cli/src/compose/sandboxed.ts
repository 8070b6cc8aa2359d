import type { AgentAvailability, Executor } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'
import type { WorkerConfig } from '@sleepless/worker'

type SandboxMode = WorkerConfig['sandbox']

const NO_SANDBOX: AgentAvailability = {
  available: false,
  code: 'SANDBOX_UNAVAILABLE',
  detail: 'SLEEPLESS_SANDBOX is "required", and this version has no sandbox yet.',
}

/** Where a sandbox is required, no agent is available while there is none. */
export function sandboxed(executor: Executor, mode: SandboxMode): Executor {
  return mode === 'required' ? { ...executor, probe: () => Promise.resolve(NO_SANDBOX) } : executor
}

/** Says at every start what agents may do on this machine. */
export function announceSandbox(mode: SandboxMode, logger: Logger): void {
  if (mode === 'off') {
    logger.warn({}, 'SLEEPLESS_SANDBOX=off: agents run commands with all rights of this user')
  } else if (mode === 'auto') {
    logger.info({}, 'agents may edit files in their workspace, and run no commands')
  }
}
