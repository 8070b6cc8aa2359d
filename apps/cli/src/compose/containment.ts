import type { AgentAvailability, Executor, Sandbox, SandboxAvailability } from '@sleepless/domain'
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
  const without = WITHOUT[mode]
  let isThere: boolean | undefined
  // Every executor asks, at the same time as the others.
  let looking: Promise<SandboxAvailability> | undefined

  async function look(): Promise<SandboxAvailability> {
    const found = await sandbox.probe().finally(() => {
      looking = undefined
    })
    if (found.available === isThere) return found
    isThere = found.available
    if (found.available) logger.info({ ...found }, 'agents run in a sandbox')
    else logger.warn({ detail: found.detail }, without)
    return found
  }

  return {
    current: () => (isThere === true ? sandbox : undefined),
    async check() {
      looking ??= look()
      const found = await looking
      return found.available || mode === 'auto' ? undefined : found
    },
  }
}

const WITHOUT = {
  auto: 'there is no sandbox: agents may edit files in their workspace, and run no commands; programs of WORKER_COMMANDS have all rights of this user',
  required: 'there is no sandbox, and none runs without: tasks wait',
} as const

/** An executor that says first whether agents may run here at all. */
export function contained(executor: Executor, containment: Containment): Executor {
  return { ...executor, probe: async () => (await containment.check()) ?? executor.probe() }
}

/** One that cannot run in our sandbox. */
export function withheld(executor: Executor): Executor {
  return { ...executor, probe: () => Promise.resolve(WITHHELD) }
}

const WITHHELD: AgentAvailability = {
  available: false,
  code: 'SANDBOX_UNAVAILABLE',
  detail:
    'codex runs in its own sandbox alone, which lets it read all that this user may. SLEEPLESS_SANDBOX=off takes that risk, for all executors of the worker.',
}
