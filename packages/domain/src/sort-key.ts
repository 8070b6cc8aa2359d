const MINUTE_MS = 60_000

/** How long a task has to wait to come level with a new one whose priority is larger by one. */
export const AGING_MS_PER_POINT: number = 5 * MINUTE_MS

/** How many points of priority each task that its project already has running costs a task. */
const SHARE_POINTS = 10

/**
 * Places a task in the order of starting: smaller goes first. All waiting tasks age alike, so their
 * order never changes and the key need not either.
 *
 * @param priority 0 to 100.
 * @returns milliseconds; only differences mean something.
 */
export function sortKeyOf(priority: number, createdAt: Date): number {
  return createdAt.getTime() - priority * AGING_MS_PER_POINT
}

/**
 * The place of a task among those of all projects: who has much running already goes later.
 *
 * @param running how many tasks of its project run, or are on their way to a worker.
 */
export function shareKeyOf(sortKey: number, running: number): number {
  return sortKey + running * SHARE_POINTS * AGING_MS_PER_POINT
}
