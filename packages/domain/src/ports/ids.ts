import type { AttemptId, TaskId, WorkerId } from '../ids.ts'

/** Makes new ids: each larger, as text, than those that it made before. */
export interface IdSource {
  taskId(): TaskId
  attemptId(): AttemptId
  workerId(): WorkerId
}
