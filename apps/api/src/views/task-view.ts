import type { TaskView } from '@sleepless/contracts'
import {
  failureReasons,
  type Failure,
  type ReadTx,
  type Task,
  type TaskResult,
  type Wait,
} from '@sleepless/domain'
import { waitingFor } from '@sleepless/engine'

/** Tasks as the outside sees them; what they wait for is decided afresh. */
export function taskViews(tx: ReadTx, tasks: readonly Task[], now: Date): TaskView[] {
  const facts = tx.facts()
  return tasks.map((task) => {
    const wait = waitingFor(task, facts, now)
    return {
      ...storedFields(task),
      waitingFor: waitView(wait),
    }
  })
}

export function taskView(tx: ReadTx, task: Task, now: Date): TaskView {
  const [view] = taskViews(tx, [task], now)
  if (view === undefined) throw new Error('one task makes one view')
  return view
}

export function waitView(wait: Wait | undefined): TaskView['waitingFor'] {
  if (wait === undefined) return null
  return { reason: wait.reason, until: instant(wait.until), detail: wait.detail }
}

export function failureView(
  failure: Failure | undefined,
): { code: string; message: string; remedy: string } | null {
  if (failure === undefined) return null
  const { code, message } = failure
  return { code, message, remedy: failureReasons[code].remedy }
}

export function instant(date: Date | undefined): string | null {
  return date === undefined ? null : date.toISOString()
}

function storedFields(task: Task): Omit<TaskView, 'waitingFor'> {
  return {
    id: task.id,
    kind: task.kind,
    project: task.project ?? null,
    prompt: task.prompt,
    status: task.status,
    priority: task.priority,
    attempts: task.attempts,
    executor: task.executor,
    labels: [...task.labels],
    onDependencyFailure: task.onDependencyFailure,
    deadline: instant(task.deadline),
    followUpOf: task.followUpOf ?? null,
    parent: task.parent ?? null,
    model: task.model ?? null,
    timeoutMs: task.timeoutMs,
    budgetUsd: task.budgetMicroUsd === undefined ? null : task.budgetMicroUsd / 1e6,
    requester: task.requester ?? null,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it came as JSON
    metadata: (task.metadata ?? null) as TaskView['metadata'],
    result: task.result === undefined ? null : resultView(task.result),
    failure: failureView(task.failure),
    cancelRequestedAt: instant(task.cancelRequestedAt),
    messages: { received: task.messages, undelivered: task.undeliveredMessages },
    createdAt: task.createdAt.toISOString(),
    startedAt: instant(task.startedAt),
    finishedAt: instant(task.finishedAt),
    trashedAt: instant(task.trashedAt),
  }
}

function resultView(result: TaskResult): NonNullable<TaskView['result']> {
  return {
    summary: result.summary,
    commit: result.commit ?? null,
    branch: result.branch ?? null,
    pullRequestUrl: result.pullRequestUrl ?? null,
    costUsd: result.costMicroUsd / 1e6,
    durationMs: result.durationMs,
    warnings: [...result.warnings],
  }
}
