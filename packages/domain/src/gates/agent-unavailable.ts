import { failureReasons } from '../failures.ts'
import type { Gate } from './gate.ts'

/** There are workers, and none of them can run an agent. */
export const agentUnavailable: Gate = (_task, { workers }) => {
  const [first] = workers
  if (first === undefined || workers.some((worker) => worker.agent.available)) return undefined
  if (first.agent.available) return undefined
  const { code, detail } = first.agent
  const { remedy } = failureReasons[code]
  return {
    kind: 'wait',
    reason: 'agent-unavailable',
    until: undefined,
    detail: `${detail} ${remedy}`,
  }
}
