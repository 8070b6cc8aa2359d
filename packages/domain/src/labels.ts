import { DEFAULT_EXECUTOR } from './task.ts'
import type { Worker } from './worker.ts'

/** Sorted, each once: two sets of labels are the same exactly when their normal forms are. */
export function normalizeLabels(labels: readonly string[]): readonly string[] {
  return [...new Set(labels)].toSorted()
}

/** Whether a worker with the labels `offered` has all that are `required`. */
export function hasLabels(offered: readonly string[], required: readonly string[]): boolean {
  return required.every((label) => offered.includes(label))
}

/**
 * Workers that can run the same orders at present share a queue, named by what they have in common. So
 * one whose agent stops working leaves the queue of those whose agents work.
 *
 * @param executors what each can do at present, by name.
 * @returns a name that is the same for the same labels and working executors, in whatever order; empty
 *   for workers without labels that can run the agent and nothing else.
 */
export function poolOf(labels: readonly string[], executors: Worker['executors']): string {
  const able = ableExecutors(executors)
  const further = able.filter((name) => name !== DEFAULT_EXECUTOR).map((name) => `+${name}`)
  // What nearly every worker can do is not named, but its absence is.
  const missing = able.includes(DEFAULT_EXECUTOR) ? [] : [`-${DEFAULT_EXECUTOR}`]
  return [...normalizeLabels(labels), ...normalizeLabels(further), ...missing].join(',')
}

/** Names of those that can run at present. */
export function ableExecutors(executors: Worker['executors']): readonly string[] {
  return Object.entries(executors).flatMap(([name, { available }]) => (available ? [name] : []))
}
