import { ApiError, type ClaimAnswer } from '@sleepless/contracts'
import { ableExecutors, type Executor, type Order, type OrderHandler } from '@sleepless/domain'

import type { AgentWatch, AgentWatches } from './agent-watch.ts'
import { createReporter } from './attempt/reporter.ts'
import { runAttempt } from './attempt/run-attempt.ts'
import type { RunningAttempts } from './attempt/running-attempts.ts'
import type { WorkerDeps } from './deps.ts'
import type { AttemptJournal } from './journal/attempt-journal.ts'
import type { JournalFolder } from './journal/journal-folder.ts'
import { persist, WaitedTooLongError } from './persist.ts'

// An order that could not be claimed for so long has been replaced by another.
const CLAIM_DEADLINE_MS = 30_000
// Else the lease says the same a little later.
const ABANDON_DEADLINE_MS = 10_000

/** What all attempts of a worker share. */
export interface OrderContext {
  readonly attempts: RunningAttempts
  readonly agents: AgentWatches
  readonly journals: JournalFolder
}

/** What the worker does with each order that it gets. */
export function createOrderHandler(
  deps: WorkerDeps,
  { attempts, agents, journals }: OrderContext,
): OrderHandler {
  const { api, logger, patience } = deps

  async function run(order: Order, claimed: ClaimAnswer): Promise<void> {
    using running = attempts.add(order.attemptId, claimed.messages.at(-1)?.number)
    if (running === undefined) return
    const { attemptId, taskId, fence } = order
    const { sessionId, number } = claimed.attempt
    const journal = journals.open({ type: 'claimed', attemptId, taskId, fence, sessionId })
    const reporter = createReporter({
      api,
      held: order,
      journal,
      signal: running.lostSignal,
      patience,
      onRefused: (error) => running.stop(isPastPatience(error) ? 'left-behind' : 'lost'),
    })
    try {
      if (number > 1) await reporter.output(`[attempt ${number}]\n`)
      const executor = executorFor(claimed.task.executor)
      await runAttempt(deps, { order, claimed, running, reporter, journal, executor })
    } catch (error) {
      if (running.stopReason() === 'left-behind' || isPastPatience(error)) journal.keep()
      else if (running.stopReason() !== 'lost' && !isConflict(error)) await giveUp(order, journal)
      throw error
    } finally {
      await journal.remove()
    }
  }

  /** Nobody knows what came of it: the task need not wait for the lease. */
  async function giveUp(order: Order, journal: AttemptJournal): Promise<void> {
    try {
      const signal = AbortSignal.timeout(ABANDON_DEADLINE_MS)
      await persist(() => api.abandon(order), { signal })
    } catch (error) {
      if (!isConflict(error)) journal.keep()
    }
  }

  function executorFor(name: string): Executor {
    const executor = deps.executors.find(name)
    if (executor === undefined) throw new Error(`this worker has no executor ${name}`)
    return watched(executor, agents.of(name))
  }

  return async (order) => {
    const { attemptId, taskId } = order
    try {
      const claimed = await claim(deps, order, { agents, closedSignal: attempts.closedSignal })
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
  { agents, closedSignal }: Pick<OrderContext, 'agents'> & { readonly closedSignal: AbortSignal },
): Promise<ClaimAnswer | undefined> {
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(CLAIM_DEADLINE_MS), closedSignal])
    // Said at the moment of the claim: the order may be of a queue that the worker has just left.
    const able = (): readonly string[] => ableExecutors(agents.current())
    return await persist(() => api.claim(order, able()), { signal })
  } catch (error) {
    if (!isConflict(error)) throw error
    logger.debug({ attemptId: order.attemptId }, 'order superseded')
    return undefined
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409
}

function isPastPatience(error: unknown): boolean {
  return error instanceof WaitedTooLongError
}

/** An executor whose runs can tell that the agent is not what its probe said. */
function watched(executor: Executor, agent: AgentWatch | undefined): Executor {
  return {
    ...executor,
    async *run(order, context) {
      const outcome = yield* executor.run(order, context)
      if (outcome.kind === 'failed') agent?.heed(outcome.failure)
      return outcome
    },
  }
}
