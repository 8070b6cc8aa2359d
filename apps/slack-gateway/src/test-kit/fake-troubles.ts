import { ApiUnreachableError } from '@sleepless/contracts'

/** What a test has ordered to go wrong, method by method. */
export interface FakeTroubles {
  /** How often each method was called. */
  readonly calls: ReadonlyMap<string, number>
  /** Throws the trouble that was ordered, if any. */
  called(method: string): void
  failNext(method: string, error: Error): void
  setDown(isDown: boolean): void
}

export function createFakeTroubles(): FakeTroubles {
  const calls = new Map<string, number>()
  const failures = new Map<string, Error>()
  let isDown = false
  return {
    calls,
    called(method) {
      calls.set(method, (calls.get(method) ?? 0) + 1)
      const failure = failures.get(method)
      failures.delete(method)
      if (failure !== undefined) throw failure
      if (isDown) throw new ApiUnreachableError('http://fake')
    },
    failNext: (method, error) => void failures.set(method, error),
    setDown(down) {
      isDown = down
    },
  }
}
