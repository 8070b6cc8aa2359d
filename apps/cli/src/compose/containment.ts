import type { AgentAvailability, Executor, Sandbox } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'
import type { WorkerConfig } from '@sleepless/worker'

type SandboxMode = WorkerConfig['sandbox']

/** How agents are contained on this machine: what `SLEEPLESS_SANDBOX` asks for, and what there is. */
export interface Containment {
  /** The sandbox that agents run in; undefined: none, by choice or because there is none. */
  current(): Sandbox | undefined
  /** Looks again. @returns why no agent may run; undefined when they may. */
  check(): Promise<Extract<AgentAvailability, { readonly available: false }> | undefined>
}

export function createContainment(
  mode: SandboxMode,
  sandbox: Sandbox,
  logger: Logger,
): Containment {
  if (mode === 'off') {
    logger.warn({}, 'SLEEPLESS_SANDBOX=off: agents run commands with all rights of this user')
    return { current: () => undefined, check: () => Promise.resolve(undefined) }
  }
  let isThere: boolean | undefined
  return {
    current: () => (isThere === true ? sandbox : undefined),
    async check() {
      const found = await sandbox.probe()
      if (found.available !== isThere) {
        isThere = found.available
        if (found.available) logger.info({ ...found }, 'agents run in a sandbox')
        else logger.warn({ detail: found.detail }, WITHOUT[mode])
      }
      return found.available || mode === 'auto' ? undefined : found
    },
  }
}

const WITHOUT = {
  auto: 'there is no sandbox: agents may edit files in their workspace, and run no commands',
  required: 'there is no sandbox, and none runs without: tasks wait',
} as const

/** An executor that says first whether agents may run here at all. */
export function contained(executor: Executor, containment: Containment): Executor {
  return { ...executor, probe: async () => (await containment.check()) ?? executor.probe() }
}

/** Others than Claude Code run without our sandbox: where it is required, they do not. */
export function withheld(executor: Executor): Executor {
  return { ...executor, probe: () => Promise.resolve(WITHHELD) }
}

const WITHHELD: AgentAvailability = {
  available: false,
  code: 'SANDBOX_UNAVAILABLE',
  detail:
    'SLEEPLESS_SANDBOX is "required", and codex and programs of WORKER_COMMANDS run without it.',
}
