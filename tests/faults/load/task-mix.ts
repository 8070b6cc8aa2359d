import type { SeededRandom } from '@sleepless/testing'

import type { Ending } from '../check/evidence.ts'

/** What the agent of a task does. */
export type TaskMode = 'quick' | 'quiet' | 'exit-137' | 'hang' | 'flood'

/** A task that will be submitted. */
export interface PlannedTask {
  readonly token: string
  readonly executor: 'claude' | 'command'
  readonly isSerious: boolean
  readonly mode: TaskMode
  /** How long its agent works; of a flood, how many bytes it prints. */
  readonly holdMs: number
  readonly priority: number
  /** When it is submitted, from the start of the run. */
  readonly afterMs: number
  readonly notBeforeMs: number | undefined
  readonly dependsOn: string | undefined
  /** When it is canceled, from its acknowledgement. */
  readonly cancelAfterMs: number | undefined
  /** When somebody says something more about it, from its acknowledgement. */
  readonly messageAfterMs: number | undefined
  /** How many requests with the same key are sent at once. */
  readonly requests: number
  readonly timeoutMs: number | undefined
  readonly expects: readonly Ending[]
}

export interface MixOptions {
  readonly runId: string
  readonly spreadMs: number
}

/**
 * Every fifth at least is a real agent's that commits, also together with the probe and with one more
 * of the fault's own.
 */
const AGENTS = 2
const COMMANDS = 6

/** A task that does nothing special. */
export function plainTask(token: string, given: Partial<PlannedTask> = {}): PlannedTask {
  return {
    token,
    executor: 'claude',
    isSerious: false,
    mode: 'quick',
    holdMs: 0,
    priority: 50,
    afterMs: 0,
    notBeforeMs: undefined,
    dependsOn: undefined,
    cancelAfterMs: undefined,
    messageAfterMs: undefined,
    requests: 1,
    timeoutMs: undefined,
    expects: ['succeeded'],
    ...given,
  }
}

/** Tasks of every kind, spread over the time in which the fault comes. */
export function taskMix(random: SeededRandom, options: MixOptions): readonly PlannedTask[] {
  const { spreadMs, runId } = options
  const tasks: PlannedTask[] = []
  for (let index = 0; index < AGENTS + COMMANDS; index += 1) {
    const executor = index < AGENTS ? 'claude' : 'command'
    tasks.push(
      plainTask(`${runId}-${index}`, {
        executor,
        isSerious: executor === 'claude' ? index % 2 === 0 : random.chance(0.15),
        mode: executor === 'command' && random.chance(0.3) ? 'quiet' : 'quick',
        holdMs: random.chance(0.4) ? 500 + random.below(1500) : random.below(300),
        priority: random.below(101),
        afterMs: index < 2 ? 0 : random.below(spreadMs),
        ...specialOf(random, tasks),
      }),
    )
  }
  return tasks
}

/** At most one special thing about a task, which may depend on an earlier one. */
function specialOf(random: SeededRandom, tasks: readonly PlannedTask[]): Partial<PlannedTask> {
  const dice = random.next()
  if (dice < 0.15) return { notBeforeMs: random.below(2000) }
  if (dice < 0.3) return { cancelAfterMs: random.below(1500) }
  if (dice < 0.5) return { requests: 2 + random.below(2) }
  if (dice < 0.7) return { messageAfterMs: random.below(1500) }
  const [first] = tasks
  if (dice < 0.85 && first !== undefined) {
    const earlier = random.pick([first, ...tasks])
    // What depends on a task that may be canceled would fail with it.
    if (earlier.cancelAfterMs === undefined) {
      return { dependsOn: earlier.token, afterMs: earlier.afterMs }
    }
  }
  return {}
}
