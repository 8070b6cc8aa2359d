import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { plainTask } from '../load/task-mix.ts'
import type { Stack } from '../stack/stack.ts'
import type { Fault } from './fault.ts'

const BROKEN_MS = 1500
/** More attempts than that for one task, within seconds, are a storm. */
const MAX_ATTEMPTS = 5

const CODES = [
  'AGENT_NOT_INSTALLED',
  'AGENT_CRASHED',
  'AGENT_REPORTED_ERROR',
  'NEVER_STARTED',
  'MODEL_RATE_LIMITED',
  'MODEL_UNAVAILABLE',
  'QUOTA_EXHAUSTED',
]

const broken = (
  name: string,
  title: string,
  set: (stack: Stack, isBroken: boolean) => void,
): Fault => ({
  name: `claude-${name}`,
  row: 25,
  title,
  tolerates: CODES,
  async inject({ stack, runId, submit }) {
    set(stack, true)
    await submit(plainTask(`${runId}-meets-it`, { expects: ['succeeded', 'failed'] }))
    await pause(BROKEN_MS)
    set(stack, false)
    return ({ attempts }) =>
      [...Map.groupBy(attempts, ({ taskId }) => taskId)]
        .filter(([, own]) => own.length > MAX_ATTEMPTS)
        .map(([taskId, own]) => ({ kind: 'other', message: `${taskId}: ${own.length} attempts` }))
  },
})

const inMode = (mode: string) => (stack: Stack, isBroken: boolean) =>
  writeFileSync(path.join(stack.places.programs, 'claude-mode'), isBroken ? mode : 'real')

export const claudeFaults: readonly Fault[] = [
  broken('missing', 'Claude Code cannot be executed', ({ places }, isBroken) =>
    chmodSync(path.join(places.programs, 'claude'), isBroken ? 0o644 : 0o755),
  ),
  broken('wrong-version', 'what is called claude is something else', inMode('wrong-version')),
  broken('limit', 'the model says that a limit is reached', ({ model }, isBroken) => {
    model.isLimited = isBroken
  }),
  broken('garbage', 'Claude Code prints no JSON', inMode('garbage')),
  broken('half-line', 'Claude Code ends in the middle of a line', inMode('half-line')),
]

/** Back to normal, whatever was being tried. */
export function mendClaude({ places, model }: Stack): void {
  chmodSync(path.join(places.programs, 'claude'), 0o755)
  rmSync(path.join(places.programs, 'claude-mode'), { force: true })
  model.isLimited = false
}
