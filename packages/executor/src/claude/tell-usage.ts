import type { AgentEvent, ModelAccess } from '@sleepless/domain'

/** Tells what an agent uses, now and then: each answer of its model would be too often. */
export interface UsageTeller {
  /** To be asked whenever the agent has said something. */
  now(): readonly AgentEvent[]
  /** All that was not told yet. */
  rest(): readonly AgentEvent[]
}

const EVERY_MS = 5000

export function createUsageTeller(
  access: Pick<ModelAccess, 'takeUse' | 'usage' | 'quota'>,
  everyMs: number = EVERY_MS,
): UsageTeller {
  let toldAtMs = performance.now()
  let wasExhausted = false

  function rest(): readonly AgentEvent[] {
    const uses = access.takeUse()
    const quota = access.quota()
    const isExhausted = quota?.isExhausted === true
    // What is refused uses nothing, and others should know.
    const isNews = isExhausted && !wasExhausted
    if (uses.length === 0 && !isNews) return []
    wasExhausted = isExhausted
    toldAtMs = performance.now()
    const { costMicroUsd } = access.usage()
    return [{ type: 'used', uses, costMicroUsd, quota }]
  }

  return { now: () => (performance.now() - toldAtMs < everyMs ? [] : rest()), rest }
}
