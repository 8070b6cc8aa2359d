import { mkdir } from 'node:fs/promises'
import path from 'node:path'

import type { AgentOrder, AgentOutcome, Executor } from '@sleepless/domain'
import { temporaryDirectory } from '@sleepless/testing'

import { newAttemptId, newTaskId } from './new-ids.ts'

function order(): AgentOrder {
  return {
    taskId: newTaskId(),
    attemptId: newAttemptId(),
    prompt: 'Think of a number.',
    messages: [],
    sessionId: crypto.randomUUID(),
    model: undefined,
    timeoutMs: 60_000,
    budgetMicroUsd: undefined,
  }
}

const NO_MESSAGES: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
}

/** Runs an executor once in two fresh directories. @param onOutput called with each piece of output. */
export async function runOnce(
  executor: Executor,
  signal: AbortSignal = new AbortController().signal,
  onOutput: () => void = () => undefined,
): Promise<AgentOutcome> {
  await using directory = await temporaryDirectory('sleepless-bench-')
  const workspacePath = path.join(directory.path, 'tree')
  const homePath = path.join(directory.path, 'home')
  for (const made of [workspacePath, homePath]) await mkdir(made)
  const context = { workspacePath, homePath, signal, messages: NO_MESSAGES }
  await using run = executor.run(order(), context)
  for (;;) {
    const next = await run.next()
    if (next.done === true) return next.value
    if (next.value.type === 'output') onOutput()
  }
}
