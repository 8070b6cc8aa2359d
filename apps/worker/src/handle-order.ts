import { ApiError, type ClaimAnswer } from '@sleepless/contracts'
import type { Order, OrderHandler } from '@sleepless/domain'

import type { AgentWatch } from './agent-watch.ts'
import { createReporter } from './attempt/reporter.ts'
import { runAttempt } from './attempt/run-attempt.ts'
import type { RunningAttempts } from './attempt/running-attempts.ts'
import type { WorkerDeps } from './deps.ts'
import { persist } from './persist.ts'

// An order that could not be claimed for so long has been replaced by another.
const CLAIM_DEADLINE_MS = 30_000

/** What the worker does with each order that it gets. */
export function createOrderHandler(
  deps: WorkerDeps,
  attempts: RunningAttempts,
  agent: AgentWatch,
): OrderHandler {
  const { api, logger } = deps

  async function run(order: Order, claimed: ClaimAnswer): Promise<void> {
    using running = attempts.add(order.attemptId)
    if (running === undefined) return
    const reporter = createReporter({
      api,
      held: order,
      signal: running.lostSignal,
      onRefused: () => running.stop('lost'),
    })
    if (claimed.attempt.number > 1) await reporter.output(`[attempt ${claimed.attempt.number}]\n`)
    await runAttempt(
      { ...deps, executor: watched(deps.executor, agent) },
      {
        order,
        claimed,
        running,
        reporter,
      },
    )
  }

  return async (order) => {
    const { attemptId, taskId } = order
    try {
      const claimed = await claim(deps, order, attempts.stopSignal)
      if (claimed === undefined) return
      logger.info({ attemptId, taskId }, 'attempt claimed')
      await run(order, claimed)
      logger.info({ attemptId, taskId }, 'attempt finished')
    } catch (error) {
      logger.warn({ err: error, attemptId, taskId }, 'attempt abandoned')
    }
  }
}

/** @returns undefined when the attempt is not to be had: the queue may deliver twice, or late. */
async function claim(
  { api, logger }: WorkerDeps,
  order: Order,
  stopSignal: AbortSignal,
): Promise<ClaimAnswer | undefined> {
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(CLAIM_DEADLINE_MS), stopSignal])
    return await persist(() => api.claim(order), { signal })
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error
    logger.debug({ attemptId: order.attemptId }, 'order superseded')
    return undefined
  }
}

/** An executor whose runs can tell that the agent is not what its probe said. */
function watched(executor: WorkerDeps['executor'], agent: AgentWatch): WorkerDeps['executor'] {
  return {
    ...executor,
    async *run(order, context) {
      const outcome = yield* executor.run(order, context)
      if (outcome.kind === 'failed') agent.heed(outcome.failure)
      return outcome
    },
  }
}
