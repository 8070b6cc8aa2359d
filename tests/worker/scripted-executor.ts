import type {
  AgentAvailability,
  AgentContext,
  AgentEvent,
  AgentOrder,
  AgentOutcome,
  Executor,
  Failure,
} from '../../packages/domain/src/index.ts'

const USAGE = { costMicroUsd: 1000, inputTokens: 10, outputTokens: 20 }

export type AgentRun = AsyncGenerator<AgentEvent, AgentOutcome, undefined>
export type AgentScript = (order: AgentOrder, context: AgentContext) => AgentRun

const AVAILABLE = { available: true, version: '1.0.0' } as const

/** An agent whose behavior is the test's. */
export function scriptedExecutor(
  run: AgentScript,
  probe: () => AgentAvailability = () => AVAILABLE,
): Executor {
  return {
    name: 'claude',
    needsWorkspace: true,
    capabilities: { resume: false, steer: true, usage: true, jsonSchema: false },
    probe: async () => probe(),
    run,
  }
}

export function success(answer = 'Done.', warnings: readonly string[] = []): AgentOutcome {
  return { kind: 'succeeded', answer, warnings, usage: USAGE }
}

export function failure(code: Failure['code'], message = 'It went wrong.'): AgentOutcome {
  return { kind: 'failed', failure: { code, message }, usage: USAGE }
}

export function printed(text: string): AgentEvent {
  return { type: 'output', text }
}

export function acted(action: string): AgentEvent {
  return { type: 'acted', action }
}

/** Waits to be stopped. */
export async function untilStopped({ signal }: AgentContext): Promise<AgentOutcome> {
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve())
  if (!signal.aborted) await promise
  return { kind: 'stopped', usage: USAGE }
}
