import type { Report } from '@sleepless/contracts'
import type {
  AgentContext,
  AgentEvent,
  AgentOrder,
  AgentOutcome,
  Executor,
} from '@sleepless/domain'

import type { Checkpointer } from '../checkpoint/checkpointer.ts'
import type { Reporter } from './reporter.ts'

/** Who hears what an agent tells. */
export interface Listeners {
  readonly reporter: Reporter
  readonly checkpointer: Checkpointer | undefined
}

/** Runs the agent to its end, and passes on what it tells. */
export async function runAgent(
  executor: Executor,
  order: AgentOrder,
  context: AgentContext,
  { reporter, checkpointer }: Listeners,
): Promise<AgentOutcome> {
  // However this ends, the agent has ended with it.
  await using run = executor.run(order, context)
  for (;;) {
    const next = await run.next()
    if (next.done === true) return next.value
    if (next.value.type === 'at-rest') checkpointer?.note(next.value.moment)
    else await pass(next.value, reporter)
  }
}

type Told = Exclude<AgentEvent, { readonly type: 'at-rest' }>

async function pass(event: Told, reporter: Reporter): Promise<void> {
  const at = new Date().toISOString()
  switch (event.type) {
    case 'output':
      await reporter.output(event.text)
      return
    case 'acted':
      await reporter.report({ type: 'acted', at, action: event.action.slice(0, 500) })
      return
    case 'warned':
      await reporter.report({ type: 'warned', at, message: event.message.slice(0, 2000) })
      return
    case 'heard':
      await reporter.report({ type: 'heard', at, number: event.number })
      return
    case 'used':
      await reporter.report({ type: 'used', at, ...useReport(event) })
      return
    case 'started':
      await reporter.report({ type: 'started', at, pid: event.pid })
      return
    case 'ready': {
      const { model, version } = event
      await reporter.report({
        type: 'ready',
        at,
        model: model.slice(0, 200),
        version: version.slice(0, 200),
      })
    }
  }
}

type UseReport = Omit<Extract<Report, { readonly type: 'used' }>, 'type' | 'at'>

function useReport({
  uses,
  costMicroUsd,
  quota,
}: Extract<AgentEvent, { type: 'used' }>): UseReport {
  const models = uses.slice(0, 20).map((use) => ({ ...use, model: use.model.slice(0, 200) }))
  if (quota === undefined) return { models, costMicroUsd }
  const windows = quota.windows.slice(0, 20).map(({ name, utilization, resetsAt }) => ({
    name: name.slice(0, 100),
    utilization: utilization ?? null,
    resetsAt: resetsAt?.toISOString() ?? null,
  }))
  const resetsAt = quota.resetsAt?.toISOString() ?? null
  return { models, costMicroUsd, quota: { ...quota, windows, resetsAt } }
}
