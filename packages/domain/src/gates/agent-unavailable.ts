import { failureReasons } from '../failures.ts'
import type { Gate } from './gate.ts'

/** There are workers, and none of them can run an agent. */
export const agentUnavailable: Gate = (_task, { workers }) => {
  const agents = workers.map(({ agent }) => agent)
  const [first] = agents.filter((agent) => !agent.available)
  if (first === undefined || agents.some((agent) => agent.available)) return undefined
  const { code, detail } = first
  const { remedy } = failureReasons[code]
  return {
    kind: 'wait',
    reason: 'agent-unavailable',
    until: undefined,
    detail: `${detail} ${remedy}`,
  }
}
