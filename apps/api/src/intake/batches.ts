/** Calls that travel together, and whose answers come back together. */
export interface Batches<Entry, Answer> {
  /** Rejects when the other side has ended: what became of the entry is not known then. */
  add(entry: Entry): Promise<Answer>
  /** @param answers in the order of the batch's entries. */
  settle(batch: number, answers: readonly Answer[]): void
  abandon(error: Error): void
}

interface Call<Entry, Answer> {
  readonly entry: Entry
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** @param send is called once for all that was added in one turn of the event loop. */
export function createBatches<Entry, Answer>(
  send: (batch: number, entries: readonly Entry[]) => void,
): Batches<Entry, Answer> {
  const sent = new Map<number, readonly Call<Entry, Answer>[]>()
  let waiting: Call<Entry, Answer>[] = []
  let count = 0

  function sendWaiting(): void {
    // It may have been abandoned meanwhile.
    if (waiting.length === 0) return
    const calls = waiting
    waiting = []
    count += 1
    sent.set(count, calls)
    send(
      count,
      calls.map(({ entry }) => entry),
    )
  }

  return {
    add(entry) {
      if (waiting.length === 0) setImmediate(sendWaiting)
      return new Promise((resolve, reject) => waiting.push({ entry, resolve, reject }))
    },
    settle(batch, answers) {
      const calls = sent.get(batch) ?? []
      sent.delete(batch)
      for (const [index, answer] of answers.entries()) calls[index]?.resolve(answer)
    },
    abandon(error) {
      const lost = [...sent.values(), waiting].flat()
      sent.clear()
      waiting = []
      for (const { reject } of lost) reject(error)
    },
  }
}
