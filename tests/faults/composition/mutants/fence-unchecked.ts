import type { Attempt, AttemptId, WriteTx } from '@sleepless/domain'

import { changingWrites, type Wrapping } from '../ports.ts'

/** Whoever says that an attempt is his is believed, also when it was given up long ago. */
export const fenceUnchecked: Wrapping = {
  control: (ports) => {
    const { store } = ports
    return {
      ...ports,
      store: changingWrites(store, believing),
    }
  },
}

const GIVEN_UP = new Set<Attempt['status']>(['lost', 'interrupted'])

function believing(tx: WriteTx): WriteTx {
  const really = new Map<AttemptId, Attempt>()
  const disguised = (attempt: Attempt | undefined): Attempt | undefined => {
    if (attempt === undefined || !GIVEN_UP.has(attempt.status)) return attempt
    really.set(attempt.id, attempt)
    return { ...attempt, status: 'running' }
  }
  const update: WriteTx['attempts']['update'] = (expected, patch) => {
    const real = really.get(expected.id)
    tx.attempts.update(real === undefined ? expected : { ...expected, status: real.status }, patch)
  }
  const find: WriteTx['attempts']['find'] = (id) => disguised(tx.attempts.find(id))
  const runningTask: WriteTx['tasks']['find'] = (id) => {
    const task = tx.tasks.find(id)
    return task?.status === 'queued' && really.size > 0 ? { ...task, status: 'running' } : task
  }
  const updateTask: WriteTx['tasks']['update'] = (id, from, patch) => {
    const status = tx.tasks.find(id)?.status
    tx.tasks.update(id, really.size > 0 && status === 'queued' ? 'queued' : from, patch)
  }
  return {
    ...tx,
    attempts: { ...tx.attempts, find, update },
    tasks: { ...tx.tasks, find: runningTask, update: updateTask },
  }
}
