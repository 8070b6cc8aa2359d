import { taskId } from '@sleepless/domain'
import { cancel, claim, dispatch, finish, heartbeat } from '@sleepless/engine'

import { ids, type ControlPlane } from './control-plane.ts'
import { HELLO, NO_USAGE, SUCCESS } from './worker-words.ts'

const FAILURE = {
  kind: 'failed',
  failure: { code: 'AGENT_REPORTED_ERROR', message: 'It would not.' },
} as const

/** Ends a task as a worker would, or cancels it. It must be the first of those that are ready. */
export async function moveToFinal(
  { store, engine }: ControlPlane,
  id: string,
  status: string,
): Promise<void> {
  await store.write((tx) => {
    if (status === 'canceled') return void cancel(tx, engine, taskId(id))
    const workerId = ids.workerId()
    heartbeat(tx, engine, { ...HELLO, shortage: undefined, workerId })
    const [order] = dispatch(tx, engine)
    if (order?.taskId !== id) throw new Error('another task was first')
    const holder = { ...order, workerId }
    claim(tx, engine, holder)
    const outcome =
      status === 'failed' ? FAILURE : { ...SUCCESS, commit: undefined, branch: undefined }
    finish(tx, engine, holder, { outcome, usage: NO_USAGE })
  })
}
