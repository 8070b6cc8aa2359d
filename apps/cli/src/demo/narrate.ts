import type { ApiClient, EventView } from '@sleepless/contracts'

import type { Printer } from '../terminal/printer.ts'

/** Prints what happens to a task, event by event, until it has ended. */
export async function narrate(client: ApiClient, taskId: string, printer: Printer): Promise<void> {
  for await (const { type, data } of client.events({ after: 0, taskId })) {
    const line = lines[type]?.(data)
    if (line !== undefined) printer.line(['  ✓ ', 'green'], line)
    if (ends.has(type)) return
  }
}

const lines: Partial<Record<EventView['type'], (data: EventView['data']) => string>> = {
  'task.submitted': () => 'submitted: on disk before the 201',
  'attempt.dispatched': () => 'dispatched to the queue',
  'attempt.claimed': () => 'claimed by a worker',
  'attempt.started': ({ pid }) => `Claude Code started, process ${String(pid)}`,
  'attempt.ready': ({ version }) => `Claude Code ${String(version)} is ready`,
  'attempt.acted': ({ action }) => `the agent acts: ${String(action)}`,
  'attempt.finished': ({ status }) => `attempt ${String(status)}`,
}

const ends: ReadonlySet<EventView['type']> = new Set([
  'task.succeeded',
  'task.failed',
  'task.canceled',
])
