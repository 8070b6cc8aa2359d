/** Sorted, each once: two sets of labels are the same exactly when their normal forms are. */
export function normalizeLabels(labels: readonly string[]): readonly string[] {
  return [...new Set(labels)].toSorted()
}

/** Whether a worker with the labels `offered` has all that are `required`. */
export function hasLabels(offered: readonly string[], required: readonly string[]): boolean {
  return required.every((label) => offered.includes(label))
}

// What every worker can do needs no pool of its own.
const isOrdinary = (executor: string): boolean => executor === 'claude'

/**
 * Workers that can run the same orders share a queue, named by what they have in common.
 *
 * @param executors names of the executors that they are configured with.
 * @returns a name that is the same for the same labels and executors, in whatever order; empty for
 *   workers with neither labels nor further executors.
 */
export function poolOf(labels: readonly string[], executors: readonly string[]): string {
  const further = executors.filter((name) => !isOrdinary(name)).map((name) => `+${name}`)
  return [...normalizeLabels(labels), ...normalizeLabels(further)].join(',')
}
