import type { SessionMoment } from '@sleepless/domain'

/** Chooses among the moments at which a checkpoint can be taken. */
export interface Pace {
  note(moment: SessionMoment): void
  /** Nothing is begun any more. Resolves when what was has ended. */
  close(): Promise<void>
}

/**
 * Takes one at a time, and none within `everyMs` after one that was taken; then the newest moment that has
 * been noted meanwhile, else the next.
 *
 * @param take never rejects. @returns whether one was taken: the moment may have passed.
 */
export function createPace(
  everyMs: number,
  take: (moment: SessionMoment) => Promise<boolean>,
): Pace {
  let latest: SessionMoment | undefined
  let timer: NodeJS.Timeout | undefined
  let taking: Promise<void> | undefined
  let takenMs = performance.now()
  let isClosed = false

  async function takeLatest(): Promise<void> {
    timer = undefined
    const moment = latest
    latest = undefined
    const begunMs = performance.now()
    if (moment !== undefined && (await take(moment))) takenMs = begunMs
    taking = undefined
    schedule()
  }

  function begin(): void {
    taking = takeLatest()
  }

  function schedule(): void {
    if (isClosed || taking !== undefined || timer !== undefined || latest === undefined) return
    const waitMs = takenMs + everyMs - performance.now()
    if (waitMs > 0) timer = setTimeout(begin, waitMs)
    else begin()
  }

  return {
    note(moment) {
      latest = moment
      schedule()
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await taking
    },
  }
}
