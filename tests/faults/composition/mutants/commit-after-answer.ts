import { setTimeout as pause } from 'node:timers/promises'

import type { IdSource, Store } from '@sleepless/domain'

import { onBehalfOf, type Wrapping } from '../ports.ts'

/** How long after its answer a transaction is committed. */
const LATE_MS = 300

class RolledBack extends Error {}

/**
 * The api answers first and commits later. Each transaction is tried and rolled back, for its answer;
 * then it is done again, with the same ids, when the answer is out.
 */
export const commitAfterAnswer: Wrapping = {
  control: (ports) => {
    const ids = repeatable(ports.engine.ids)
    const store = answeringFirst(ports.store, ids)
    return { ...ports, store, engine: { ...ports.engine, ids } }
  },
}

interface RepeatableIds extends IdSource {
  /** Forgets what was made so far. */
  record(): void
  /** Since then, oldest first. */
  made(): readonly unknown[]
  /** The next ids are these. */
  replay(made: readonly unknown[]): void
}

function repeatable(ids: IdSource): RepeatableIds {
  let made: unknown[] = []
  let ahead: unknown[] = []
  const next = <Id>(make: () => Id): Id => {
    const id = (ahead.shift() as Id | undefined) ?? make()
    made.push(id)
    return id
  }
  return {
    taskId: () => next(() => ids.taskId()),
    attemptId: () => next(() => ids.attemptId()),
    workerId: () => next(() => ids.workerId()),
    record() {
      made = []
    },
    made: () => [...made],
    replay(given) {
      ahead = [...given]
    },
  }
}

function answeringFirst<Port extends Pick<Store, 'write'>>(store: Port, ids: RepeatableIds): Port {
  const write: Store['write'] = async (work) => {
    let answer: { readonly value: ReturnType<typeof work> } | undefined
    let made: readonly unknown[] = []
    try {
      await store.write((tx) => {
        ids.record()
        answer = { value: work(tx) }
        made = ids.made()
        throw new RolledBack('tried only')
      })
    } catch (error) {
      if (!(error instanceof RolledBack) || answer === undefined) throw error
    }
    if (answer === undefined) throw new Error('the transaction was not tried')
    void commitLater(() =>
      store.write((tx) => {
        ids.replay(made)
        return work(tx)
      }),
    )
    return answer.value
  }
  return onBehalfOf<Pick<Store, 'write'>>(store, { write }) as Port
}

async function commitLater(commit: () => Promise<unknown>): Promise<void> {
  await pause(LATE_MS)
  await commit().catch(() => undefined)
}
