import { attemptId, taskId, workerId, type IdSource } from '@sleepless/domain'
import { uuidV7 } from '@sleepless/runtime'

export const ids: IdSource = {
  taskId: () => taskId(`tsk_${uuidV7()}`),
  attemptId: () => attemptId(`att_${uuidV7()}`),
  workerId: () => workerId(`wrk_${uuidV7()}`),
}
