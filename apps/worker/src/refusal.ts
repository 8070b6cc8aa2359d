import type { AgentAvailability, AgentUnavailableCode, Executor } from '@sleepless/domain'

/** What a run has shown: that the agent cannot work, whatever its probe says. */
export interface Refusal {
  readonly by: AgentAvailability
  /**
   * Whether there is reason to let a run find out again: the probe has changed or finds the program that
   * the run did not, the provider takes what it had refused, or nobody can tell and time has passed.
   */
  isOver(probed: AgentAvailability): Promise<boolean>
}

export interface RefusalOptions {
  readonly code: AgentUnavailableCode
  readonly detail: string
  /** What the probe said by then. */
  readonly probed: AgentAvailability
  /** How long it is believed where only a run can tell. */
  readonly refusalMs: number
}

// How much longer it is believed while the provider confirms it.
const CONFIRMED_FACTOR = 12

export function createRefusal(executor: Executor, options: RefusalOptions): Refusal {
  const { code, detail, refusalMs } = options
  const probedThen = JSON.stringify(options.probed)
  const sinceMs = performance.now()
  let isConfirmed = false
  return {
    by: { available: false, code, detail },
    async isOver(probed) {
      if (JSON.stringify(probed) !== probedThen) return true
      // What was gone for a moment only, no probe has missed.
      if (code !== 'AGENT_NOT_LOGGED_IN' && probed.available) return true
      const isCredential = code === 'AGENT_NOT_LOGGED_IN'
      const isAccepted = isCredential ? await executor.isAccepted?.() : undefined
      if (isAccepted === false) isConfirmed = true
      // A yes counts from one alone that has said no: else runs know something that it does not.
      if (isAccepted === true && isConfirmed) return true
      // A no is not for ever either: the provider may refuse the question and not the runs.
      const believedMs = isAccepted === false ? CONFIRMED_FACTOR * refusalMs : refusalMs
      return performance.now() - sinceMs >= believedMs
    },
  }
}
