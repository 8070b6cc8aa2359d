import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { ApiError, type TaskView } from '@sleepless/contracts'

import type {
  EffectLine,
  Evidence,
  PushLine,
  SeenAttempt,
  SeenCommit,
  SeenMessage,
  SeenProcess,
  SeenTask,
  Submission,
} from '../check/evidence.ts'
import type { Stack } from '../stack/stack.ts'
import { reread } from './event-watch.ts'
import { findCommit, isKept, repositoriesOf } from './git-evidence.ts'
import { attemptProcesses } from './process-evidence.ts'

/** How long the processes of an attempt that has ended may take to be gone. */
const LEFTOVER_LIMIT_MS = 10_000

export interface CollectOptions {
  readonly runId: string
  /** Id of the last event before the run. */
  readonly afterEvent: number
  readonly submissions: readonly Submission[]
  readonly ledgerEffects: ReadonlyMap<string, number>
}

/** Looks at everything that can be seen of a run from outside. */
export async function collect(stack: Stack, options: CollectOptions): Promise<Evidence> {
  const { runId, afterEvent, submissions, ledgerEffects } = options
  const { watch, client, places } = stack
  const tasks = await tasksOf(stack, submissions)
  const attempts = await attemptsOf(stack, [...tasks.keys()])
  const effects = effectsOf(stack, runId)
  const last = watch.lastId
  const heard = watch.events.filter(({ id }) => id > afterEvent && id <= last)
  const commits = new Map<string, SeenCommit>()
  const kept = new Set<string>()
  for (const { id, commit } of tasks.values()) {
    const repositories = repositoriesOf(places, id)
    const found = commit === undefined ? undefined : await findCommit(repositories, commit)
    if (found !== undefined) commits.set(found.hash, found)
    const own = attempts.filter(({ taskId }) => taskId === id)
    const isOwn = new Set(own.map((attempt) => attempt.id))
    if (!effects.some(({ attemptId, step }) => step === 'wrote' && isOwn.has(attemptId))) continue
    for (const attempt of own) {
      if (attempt.status === 'succeeded') continue
      if (await isKept(places, repositories, attempt.id)) kept.add(attempt.id)
    }
  }
  return {
    submissions,
    listed: await listedOf(stack, runId),
    tasks,
    attempts,
    messages: await messagesOf(stack, submissions),
    heard,
    reread: await reread(client, { first: afterEvent + 1, last }),
    effects,
    pushes: pushesOf(stack),
    ledgerEffects,
    commits,
    kept,
    processes: await leftoversOf(stack, attempts),
  }
}

export async function tasksOf(
  { client }: Pick<Stack, 'client'>,
  submissions: readonly Submission[],
): Promise<ReadonlyMap<string, SeenTask>> {
  const found = new Map<string, SeenTask>()
  for (const { taskId } of submissions) {
    try {
      found.set(taskId, seenTask(await client.task(taskId)))
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error
    }
  }
  return found
}

async function attemptsOf(
  { client }: Stack,
  taskIds: readonly string[],
): Promise<readonly SeenAttempt[]> {
  const lists = await Promise.all(
    taskIds.map(async (taskId) => {
      const { items } = await client.attempts(taskId)
      return items.map(({ id, number, status, sessionId }) => ({
        id,
        taskId,
        number,
        status,
        sessionId,
      }))
    }),
  )
  return lists.flat()
}

async function messagesOf(
  { client }: Stack,
  submissions: readonly Submission[],
): Promise<ReadonlyMap<string, readonly SeenMessage[]>> {
  const found = new Map<string, readonly SeenMessage[]>()
  for (const { taskId, told } of submissions) {
    if (told.length > 0) found.set(taskId, (await client.messages(taskId)).items)
  }
  return found
}

/** Newest first, until there has been a page without any task of the run. */
async function listedOf({ client }: Stack, runId: string): Promise<readonly SeenTask[]> {
  const found: SeenTask[] = []
  let cursor: string | undefined
  for (;;) {
    const query = { limit: 200, ...(cursor !== undefined && { cursor }) }
    const { items, nextCursor } = await client.tasks(query)
    const own = items.filter(({ metadata }) => metadata?.['run'] === runId)
    found.push(...own.map(seenTask))
    if (nextCursor === null || own.length === 0) return found
    cursor = nextCursor
  }
}

function seenTask(task: TaskView): SeenTask {
  const { id, status, waitingFor, metadata, failure, result } = task
  const token = metadata?.['token']
  return {
    id,
    status,
    waitingFor,
    token: typeof token === 'string' ? token : undefined,
    failureCode: failure?.code,
    summary: result?.summary,
    commit: result?.commit ?? undefined,
    branch: result?.branch ?? undefined,
  }
}

/** What agents and commands did for the tokens of a run. */
export function effectsOf({ model, places }: Stack, runId: string): readonly EffectLine[] {
  const commands = linesOf(path.join(places.programs, 'effects.log')).flatMap((words) => {
    const [token = '', attemptId = '', step] = words
    return isStep(step) ? [{ token, attemptId, step }] : []
  })
  return [...model.effects, ...commands].filter(({ token }) => token.startsWith(`${runId}-`))
}

function isStep(word: string | undefined): word is EffectLine['step'] {
  return word === 'began' || word === 'told' || word === 'wrote' || word === 'acted'
}

function pushesOf({ places }: Stack): readonly PushLine[] {
  return linesOf(path.join(places.remote, 'pushes.log')).map(
    ([ref = '', before = '', after = '']) => ({
      ref,
      before,
      after,
    }),
  )
}

function linesOf(file: string): readonly (readonly string[])[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => line.split(' '))
  } catch {
    return []
  }
}

async function leftoversOf(
  { places, services }: Stack,
  attempts: readonly SeenAttempt[],
): Promise<readonly SeenProcess[]> {
  const own = new Set(services.flatMap(({ pids }) => [...pids]))
  const over = new Set(attempts.filter(({ status }) => status !== 'running').map(({ id }) => id))
  const giveUpMs = performance.now() + LEFTOVER_LIMIT_MS
  for (;;) {
    const found = attemptProcesses(places.root, own).filter(({ attemptId }) => over.has(attemptId))
    if (found.length === 0 || performance.now() > giveUpMs) return found
    await pause(100)
  }
}
