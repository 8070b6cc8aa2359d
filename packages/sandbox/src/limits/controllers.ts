import type { LimitMechanism, SandboxLimit } from '@sleepless/domain'

import type { SandboxLimits } from './sandbox-limits.ts'

/** How a control group is told of a limit, and tells that it was reached. */
export interface Controller {
  readonly name: 'memory' | 'pids'
  readonly limit: SandboxLimit
  readonly value: (limits: SandboxLimits) => number
  readonly file: string
  /** Written as well, where the kernel has it. */
  readonly swap?: { readonly file: string; readonly value: (limits: SandboxLimits) => number }
  /** A file of `name count` lines, and the name whose count is not 0 once the limit was reached. */
  readonly hits: { readonly file: string; readonly name: string }
}

export type CgroupVersion = Extract<LimitMechanism, `cgroup ${string}`>

const memory: Pick<Controller, 'name' | 'limit' | 'value'> = {
  name: 'memory',
  limit: 'memory',
  value: (limits) => limits.memoryBytes,
}

const pids: Controller = {
  name: 'pids',
  limit: 'processes',
  value: (limits) => limits.processes,
  file: 'pids.max',
  hits: { file: 'pids.events', name: 'max' },
}

export const CONTROLLERS: Readonly<Record<CgroupVersion, readonly Controller[]>> = {
  'cgroup v1': [
    {
      ...memory,
      file: 'memory.limit_in_bytes',
      // Memory and swap together.
      swap: { file: 'memory.memsw.limit_in_bytes', value: (limits) => limits.memoryBytes },
      hits: { file: 'memory.oom_control', name: 'oom_kill' },
    },
    pids,
  ],
  'cgroup v2': [
    {
      ...memory,
      file: 'memory.max',
      swap: { file: 'memory.swap.max', value: () => 0 },
      hits: { file: 'memory.events', name: 'oom_kill' },
    },
    pids,
  ],
}
