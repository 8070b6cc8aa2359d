/** Runs pieces of work that have the same key one after the other. */
export interface Turns {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(key, work) {
      const turn = (last.get(key) ?? Promise.resolve()).then(work)
      const ended = turn.then(ignore, ignore)
      last.set(key, ended)
      void ended.finally(() => {
        if (last.get(key) === ended) last.delete(key)
      })
      return turn
    },
  }
}

function ignore(): void {}
