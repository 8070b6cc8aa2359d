import type { TaskReport } from '@sleepless/contracts'
import { failureReasons, type Attempt, type ReadTx, type Task } from '@sleepless/domain'
import { waitingFor } from '@sleepless/engine'

import { failureView, instant } from '../views/task-view.ts'

const MILLION = 1e6

/** All of a task's report but what only its diff tells. */
export function taskReport(tx: ReadTx, task: Task, now: Date): Omit<TaskReport, 'changes'> {
  const attempts = tx.attempts.ofTask(task.id)
  const { result } = task
  return {
    id: task.id,
    project: task.project ?? null,
    status: task.status,
    requester: task.requester ?? null,
    createdAt: task.createdAt.toISOString(),
    startedAt: instant(task.startedAt),
    finishedAt: instant(task.finishedAt),
    asked: task.prompt,
    done: result?.summary ?? null,
    commit: result?.commit ?? null,
    branch: result?.branch ?? null,
    pullRequestUrl: result?.pullRequestUrl ?? null,
    failure: failureView(task.failure),
    waitingFor: waitingFor(task, tx.facts(), now)?.detail ?? null,
    costUsd: attempts.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0) / MILLION,
    models: tx.reports.usesOf(task.id).map(({ costMicroUsd, ...use }) => ({
      ...use,
      costUsd: costMicroUsd / MILLION,
    })),
    time: timesOf(task, attempts, now),
    attempts: attempts.map((attempt) => attemptPart(tx, attempt)),
    messages: messagesOf(tx, task),
    warnings: [...(result?.warnings ?? [])],
  }
}

/** Wall clocks of more than one machine are in it, so nothing is taken for granted. */
function timesOf(task: Task, attempts: readonly Attempt[], now: Date): TaskReport['time'] {
  const runningMs = attempts.reduce((sum, { claimedAt, finishedAt }) => {
    return claimedAt === undefined ? sum : sum + between(claimedAt, finishedAt ?? now)
  }, 0)
  const wholeMs = between(task.createdAt, task.finishedAt ?? now)
  return { runningMs, waitingMs: Math.max(0, wholeMs - runningMs) }
}

function between(from: Date, until: Date): number {
  return Math.max(0, until.getTime() - from.getTime())
}

function attemptPart(tx: ReadTx, attempt: Attempt): TaskReport['attempts'][number] {
  const { number, status, workerId, claimedAt, finishedAt, costMicroUsd } = attempt
  return {
    number,
    status,
    worker: (workerId && tx.workers.find(workerId)?.name) ?? null,
    claimedAt: instant(claimedAt),
    finishedAt: instant(finishedAt),
    costUsd: costMicroUsd / MILLION,
    why: whyEnded(attempt),
  }
}

function whyEnded({ status, failure, stopRequestedAt }: Attempt): string | null {
  if (failure !== undefined) {
    return `${failure.code}: ${failure.message || failureReasons[failure.code].cause}`
  }
  switch (status) {
    case 'interrupted':
      return stopRequestedAt === undefined
        ? 'Its worker ended, or the database was set back.'
        : 'The service was stopped.'
    case 'expired':
      return 'No worker took its order.'
    case 'lost':
      return 'Its worker fell silent.'
    case 'canceled':
      return 'Somebody canceled the task.'
    case 'dispatched':
    case 'running':
    case 'succeeded':
    case 'failed':
      return null
  }
}

function messagesOf(tx: ReadTx, { id, messages }: Task): TaskReport['messages'] {
  if (messages === 0) return []
  return tx.messages.ofTask(id).map(({ number, text, receivedAt, deliveredAt }) => ({
    number,
    text,
    receivedAt: receivedAt.toISOString(),
    delivered: deliveredAt !== undefined,
  }))
}
