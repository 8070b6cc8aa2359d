import { setTimeout as pause } from 'node:timers/promises'

import { ApiError, type ApiClient, type SubmitTaskBody } from '@sleepless/contracts'

import type { Submission } from '../check/evidence.ts'
import { PROJECT } from '../stack/stack.ts'
import type { PlannedTask } from './task-mix.ts'

export interface SubmitterOptions {
  readonly client: ApiClient
  readonly runId: string
  /** Pause before a request is made again. */
  readonly retryMs: number
  readonly signal: AbortSignal
}

/** Clients that don't give up: each sends its task, with one key, until it is acknowledged. */
export interface Submitter {
  /** @returns the task's id, once it is acknowledged, and what is said about it later too, or refused. */
  readonly submit: (task: PlannedTask) => Promise<string>
  /** All that was acknowledged so far. */
  submissions(): readonly Submission[]
  /** Longest row of requests for one task that got no answer, or an error of the service. */
  readonly worstRow: number
}

export function createSubmitter(options: SubmitterOptions): Submitter {
  const { client, runId, retryMs, signal } = options
  const acknowledged = new Map<string, Omit<Submission, 'told'>>()
  const ids = new Map<string, PromiseWithResolvers<string>>()
  const told = new Map<string, string>()
  let worstRow = 0

  const idOf = (token: string): PromiseWithResolvers<string> => {
    const known = ids.get(token) ?? Promise.withResolvers<string>()
    ids.set(token, known)
    return known
  }

  function toldOf(token: string): readonly string[] {
    const text = told.get(token)
    return text === undefined ? [] : [text]
  }

  async function send(body: SubmitTaskBody, token: string): Promise<string> {
    for (let row = 0; ; row += 1) {
      worstRow = Math.max(worstRow, row)
      signal.throwIfAborted()
      try {
        const { id } = await client.submitTask(body, { idempotencyKey: `key-${token}`, signal })
        return id
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) throw error
        await pause(retryMs, undefined, { signal })
      }
    }
  }

  async function tellLater(taskId: string, token: string, afterMs: number): Promise<void> {
    await pause(afterMs, undefined, { signal })
    const text = `fault-message ${token}`
    while (!signal.aborted) {
      try {
        await client.sendMessage(taskId, text, { idempotencyKey: `message-${token}`, signal })
        told.set(token, text)
        return
      } catch (error) {
        // No agent could take it up any more, which the answer says.
        if (error instanceof ApiError && error.status < 500) return
        await pause(retryMs, undefined, { signal })
      }
    }
  }

  async function cancelLater(id: string, afterMs: number): Promise<void> {
    await pause(afterMs, undefined, { signal })
    while (!signal.aborted) {
      try {
        await client.cancelTask(id)
        return
      } catch (error) {
        // It has ended already, which the answer says.
        if (error instanceof ApiError && error.status < 500) return
        await pause(retryMs, undefined, { signal })
      }
    }
  }

  return {
    async submit(task) {
      await pause(task.afterMs, undefined, { signal })
      const dependsOn =
        task.dependsOn === undefined ? undefined : await idOf(task.dependsOn).promise
      const body = bodyOf(task, { runId, dependsOn })
      const requests = Array.from({ length: task.requests }, () => send(body, task.token))
      const answeredIds = await Promise.all(requests)
      const [taskId = ''] = answeredIds
      idOf(task.token).resolve(taskId)
      acknowledged.set(task.token, submissionOf(task, answeredIds))
      if (task.cancelAfterMs !== undefined) {
        cancelLater(taskId, task.cancelAfterMs).catch(() => undefined)
      }
      if (task.messageAfterMs !== undefined) {
        await tellLater(taskId, task.token, task.messageAfterMs)
      }
      return taskId
    },
    submissions: () =>
      [...acknowledged.values()].map((one) => ({ ...one, told: toldOf(one.token) })),
    get worstRow() {
      return worstRow
    },
  }
}

function bodyOf(
  task: PlannedTask,
  { runId, dependsOn }: { readonly runId: string; readonly dependsOn: string | undefined },
): SubmitTaskBody {
  const { token, mode, holdMs, notBeforeMs, timeoutMs } = task
  return {
    prompt: `fault-task ${token} ${mode} ${holdMs}`,
    priority: task.priority,
    metadata: { run: runId, token },
    ...(task.executor === 'command' && { executor: 'command:fault' }),
    ...(task.isSerious && { project: PROJECT }),
    ...(notBeforeMs !== undefined && {
      notBefore: new Date(Date.now() + notBeforeMs).toISOString(),
    }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(dependsOn !== undefined && { dependsOn: [dependsOn] }),
  }
}

function submissionOf(task: PlannedTask, answeredIds: readonly string[]): Omit<Submission, 'told'> {
  const { token, executor, isSerious, mode, cancelAfterMs, expects } = task
  const [taskId = ''] = answeredIds
  return {
    token,
    taskId,
    answeredIds,
    executor,
    isSerious,
    writes: mode === 'quick',
    isCanceled: cancelAfterMs !== undefined,
    expects,
  }
}
