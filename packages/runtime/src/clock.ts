/** The machine's own clocks. */
export const systemClock: { now(): Date; monotonicMs(): number } = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
}
