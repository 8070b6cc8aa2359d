import type { AttemptId, TaskId } from '../ids.ts'

/** An effect is something the outside world sees; its row says whether it was begun, and what came of it. */
export interface Effect {
  readonly key: string
  readonly kind: string
  readonly taskId: TaskId | undefined
  /** The attempt that began it, when it was one. */
  readonly attemptId: AttemptId | undefined
  /** What was about to be done: enough to find out whether it was. */
  readonly intent: Readonly<Record<string, unknown>> | undefined
  readonly begunAt: Date
  readonly completedAt: Date | undefined
  readonly result: Readonly<Record<string, unknown>> | undefined
}
