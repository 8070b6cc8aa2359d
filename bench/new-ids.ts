import { attemptId, taskId, type AttemptId, type TaskId } from '@sleepless/domain'

export function newTaskId(): TaskId {
  return taskId(`tsk_${uuidV7()}`)
}

export function newAttemptId(): AttemptId {
  return attemptId(`att_${uuidV7()}`)
}

/** Not in the order of time: nothing here sorts by it. */
function uuidV7(): string {
  return crypto.randomUUID().replace(/^(.{14})./, '$17')
}
