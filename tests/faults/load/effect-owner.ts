import { setTimeout as pause } from 'node:timers/promises'

import { ApiError, type ApiClient } from '@sleepless/contracts'

export interface EffectOwnerOptions {
  readonly client: ApiClient
  readonly runId: string
  readonly retryMs: number
  readonly signal: AbortSignal
}

/** Something outside that counts how often it was asked to change, as a chat or a forge would. */
export interface EffectOwner {
  /** Begins, does what is to be done, and dies before it can say so. */
  dieOver(key: string): Promise<void>
  /** Another process with the same thing to do: looks first, where it is told to. */
  takeOver(key: string): Promise<void>
  /** How often each was done. */
  done(): ReadonlyMap<string, number>
}

export function createEffectOwner(options: EffectOwnerOptions): EffectOwner {
  const { client, runId, retryMs, signal } = options
  const world = new Map<string, number>()
  const times = (key: string): number => world.get(key) ?? 0

  async function persist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      try {
        return await ask()
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) throw error
        await pause(retryMs, undefined, { signal })
      }
    }
  }

  async function begin(key: string): Promise<void> {
    if (!world.has(key)) world.set(key, 0)
    const body = { key: `${runId}:${key}`, kind: 'fault.count' }
    const { state } = await persist(() => client.beginEffect(body))
    const isDone = state === 'completed' || (state === 'unknown' && times(key) > 0)
    if (!isDone) world.set(key, times(key) + 1)
  }

  return {
    dieOver: begin,
    async takeOver(key) {
      await begin(key)
      await persist(() => client.completeEffect(`${runId}:${key}`, { done: true }))
    },
    done: () => world,
  }
}
