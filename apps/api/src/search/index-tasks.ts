import { setTimeout as delay } from 'node:timers/promises'

import { createPass } from '@sleepless/runtime'
import { StoreFailureError } from '@sleepless/storage'

import type { ApiDeps } from '../deps.ts'

// Some milliseconds of the thread that serves requests as well.
const PORTION = 50
/** What indexing takes of this thread at most, however much there is to index: a part of so many. */
const SHARE = 10
// People look for what they have just submitted; nobody looks for it at once.
const PAUSE_MS = 250

/**
 * Lets tasks be found by their words, soon after they are submitted and when they have ended: taking
 * them in waits for none of this. At first, those from before there was a search.
 */
export function startIndexing({ store, stopping, logger }: ApiDeps): Disposable {
  async function indexAll(): Promise<void> {
    while (!stopping.aborted) {
      const news = await store.read((tx) => tx.search.news(PORTION))
      if (news === undefined) return
      const begunMs = performance.now()
      const workMs = await store.write((tx) => {
        const startedMs = performance.now()
        tx.search.index(news)
        return performance.now() - startedMs
      })
      const waitedMs = performance.now() - begunMs
      const restMs = Math.max(0, workMs * SHARE - waitedMs)
      await delay(restMs, undefined, { ref: false, signal: stopping }).catch(() => undefined)
    }
  }

  /** A disk that fails is told of once, by the store, and what is to be indexed is still there later. */
  async function indexUnlessDiskFails(): Promise<void> {
    try {
      await indexAll()
    } catch (error) {
      if (!(error instanceof StoreFailureError)) throw error
    }
  }

  const pass = createPass('index tasks', indexUnlessDiskFails, { logger, pauseMs: PAUSE_MS })
  const changes = store.onChange(() => pass.ask())
  const mended = store.health.onChange(() => pass.ask())
  pass.ask()
  return {
    [Symbol.dispose]() {
      changes[Symbol.dispose]()
      mended[Symbol.dispose]()
      pass[Symbol.dispose]()
    },
  }
}
