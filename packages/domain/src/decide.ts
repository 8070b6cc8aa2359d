import { choosePool, type Facts } from './facts.ts'
import { agentUnavailable } from './gates/agent-unavailable.ts'
import { budget } from './gates/budget.ts'
import { noCapacity } from './gates/capacity.ts'
import { dependency } from './gates/dependency.ts'
import type { Gate, SharedGate, Wait } from './gates/gate.ts'
import { notDue } from './gates/not-due.ts'
import { paused } from './gates/paused.ts'
import { projectLimit } from './gates/project-limit.ts'
import { quota } from './gates/quota.ts'
import { resources } from './gates/resources.ts'
import type { SharedTraits, Task } from './task.ts'

/** Gates that ask about the task alone; their answer is kept with the task (`dueAt`, `blockers`). */
const taskGates: readonly Gate[] = [dependency, notDue]

/** Gates that say the same of all tasks of one project, executor and set of labels. */
const sharedGates: readonly SharedGate[] = [
  paused,
  projectLimit,
  agentUnavailable,
  quota,
  budget,
  resources,
]

export type Decision = { readonly kind: 'dispatch'; readonly pool: string } | Wait

/** Whether a queued task without an open attempt may start now, and where, or what it waits for. */
export function decide(task: Task, facts: Facts, now: Date): Decision {
  for (const gate of taskGates) {
    const wait = gate(task, facts, now)
    if (wait !== undefined) return wait
  }
  return decideShared(task, facts, now)
}

/** The part of {@link decide} that is the same for all tasks of a partition. */
export function decideShared(task: SharedTraits, facts: Facts, now: Date): Decision {
  for (const gate of sharedGates) {
    const wait = gate(task, facts, now)
    if (wait !== undefined) return wait
  }
  // The last gate, capacity, is passed by whoever finds a pool.
  const pool = choosePool(facts, task, now)
  return pool === undefined ? noCapacity(task, facts) : { kind: 'dispatch', pool }
}
