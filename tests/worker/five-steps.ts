import { spawnSync } from 'node:child_process'
import path from 'node:path'

import {
  createScriptedModel,
  holdUntil,
  textTurn,
  toolTurn,
  waitFor,
  type ModelRequest,
  type ScriptedModel,
  type Turn,
} from '@sleepless/testing'
import { onTestFinished } from 'vitest'

import { startPlant, type HireProcessOptions, type Plant } from './plant.ts'
import type { WorkerProcess } from './worker-process.ts'

const CREDENTIAL = 'sk-ant-api03-made-up'

export const ALL_STEPS = '1\n2\n3\n4\n5'

export interface FiveStepsOptions {
  /** How long the model takes for a step, or for the last word, which is step 6; the agent does nothing then. */
  readonly thinkMs?: (step: number) => number
  /** What the command of a step does besides. */
  readonly besides?: (step: number) => string
  /** Instead of a step. */
  readonly instead?: (step: number, request: ModelRequest) => Turn | undefined
}

/** A plant for tasks of five steps, each a tool call that adds its number to a file. */
export interface FiveSteps extends Plant {
  readonly model: ScriptedModel
  /** Before this step the model says nothing until it is let go on. */
  holdAt(step: number): { letGo(): void; readonly reached: Promise<void> }
  /** A worker of a host of its own. */
  host(name: string, options?: HireProcessOptions): Promise<WorkerProcess>
  /** Resolves when a checkpoint of the task holds these steps. */
  untilKept(id: string, steps: string): Promise<void>
}

/** How many steps the agent knows to be done: whatever came of its calls, the model reads it. */
function stepsDone({ body }: ModelRequest): number {
  return body.messages
    .flatMap(({ content }) => (Array.isArray(content) ? (content as { type?: string }[]) : []))
    .filter(({ type }) => type === 'tool_result').length
}

export async function fiveSteps(options: FiveStepsOptions = {}): Promise<FiveSteps> {
  const { thinkMs = () => 0, besides = () => '', instead } = options
  const holds = new Map<number, { gate: Promise<void>; reach: () => void }>()

  function turn(request: ModelRequest): Turn {
    const step = stepsDone(request) + 1
    const delayMs = thinkMs(step)
    const input = { command: `echo ${step} >> steps.txt${besides(step)}`, description: 'A step' }
    const usual =
      step > 5
        ? textTurn('Five steps.', { delayMs })
        : toolTurn({ name: 'Bash', input }, { delayMs })
    const next = instead?.(step, request) ?? usual
    const hold = holds.get(step)
    if (hold === undefined) return next
    hold.reach()
    return holdUntil(hold.gate, next)
  }

  const resources = new AsyncDisposableStack()
  onTestFinished(() => resources.disposeAsync())
  const model = resources.use(
    await createScriptedModel({ script: turn, credentials: [CREDENTIAL] }),
  )
  const plant = await startPlant()
  const repositories: string[] = []

  function kept(id: string): Promise<readonly string[]> {
    return plant.plane.store.read((tx) =>
      tx.attempts
        .ofTask(id as Parameters<typeof tx.attempts.ofTask>[0])
        .flatMap(({ checkpoint }) => (checkpoint?.commit === undefined ? [] : [checkpoint.commit])),
    )
  }

  return {
    ...plant,
    model,
    holdAt(step) {
      const gate = Promise.withResolvers<void>()
      const reached = Promise.withResolvers<void>()
      holds.set(step, { gate: gate.promise, reach: reached.resolve })
      const letGo = (): void => {
        holds.delete(step)
        gate.resolve()
      }
      return { letGo, reached: reached.promise }
    },
    host(name, more = {}) {
      const workspacePath = path.join(plant.folder, name)
      repositories.push(workspacePath)
      const claude = { modelUrl: model.url, credential: CREDENTIAL }
      const timing = { graceMs: 0, checkpointMs: 0, ...more.timing }
      return plant.hireProcess({ ...more, workspacePath, claude, timing })
    },
    async untilKept(id, steps) {
      await waitFor(
        async () => {
          const [commit] = (await kept(id)).slice(-1)
          if (commit === undefined) return false
          return repositories.some((root) => stepsIn(root, id, commit) === steps)
        },
        { description: `steps ${steps} kept`, timeoutMs: 30_000 },
      )
    },
  }
}

/** What a commit holds of a thought, or of a task of the project `hive`, on that host; undefined when it is not there. */
export function stepsIn(root: string, id: string, commit: string): string | undefined {
  for (const repository of [`thoughts/${id}.git`, 'projects/hive.git']) {
    const args = ['-C', path.join(root, repository), 'show', `${commit}:steps.txt`]
    const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' })
    if (status === 0) return stdout.trimEnd()
  }
  return undefined
}
