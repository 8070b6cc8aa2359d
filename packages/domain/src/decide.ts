import type { Facts } from './facts.ts'
import { agentUnavailable } from './gates/agent-unavailable.ts'
import { capacity } from './gates/capacity.ts'
import type { Gate, Wait } from './gates/gate.ts'
import { notDue } from './gates/not-due.ts'
import type { Task } from './task.ts'

/** Gates that ask about the task alone; their answer is kept with the task (`dueAt`, `dueReason`). */
const taskGates: readonly Gate[] = [notDue]

/** Gates whose answer is the same for all tasks at one moment. */
const sharedGates: readonly Gate[] = [agentUnavailable, capacity]

export type Decision = { readonly kind: 'dispatch' } | Wait

/** Whether a queued task without an open attempt may start now, or what it waits for. */
export function decide(task: Task, facts: Facts, now: Date): Decision {
  for (const gate of [...taskGates, ...sharedGates]) {
    const wait = gate(task, facts, now)
    if (wait !== undefined) return wait
  }
  return { kind: 'dispatch' }
}
