import { setTimeout as pause } from 'node:timers/promises'

import { waitFor } from '@sleepless/testing'

import type { Violation } from '../check/evidence.ts'
import type { Stack } from '../stack/stack.ts'
import type { Fault } from './fault.ts'

const GRACE_MS = 40_000
const POST_EVERY_MS = 250
/** How long a client waits for the service to be ready again, before it asks once more. */
const READY_LIMIT_MS = 60_000

export const rolling: Fault = {
  name: 'rolling-restart',
  row: 22,
  title: 'SIGTERM and a new start of every service in turn',
  async inject({ stack, runId }) {
    const posting = new AbortController()
    const failures = postAllTheWhile(stack, runId, posting.signal)
    for (const service of stack.services) {
      const joined = stack.watch.workerNames.size
      await service.stop('SIGTERM', GRACE_MS)
      service.start()
      await waitFor(() => isBack(stack, service, joined), {
        description: `${service.name} to be back`,
        timeoutMs: 30_000,
      }).catch(() => undefined)
    }
    posting.abort()
    const failed = await failures
    return ({ heard }) => [...failed, ...interrupted(heard)]
  },
}

async function isBack(stack: Stack, service: Stack['api'], joined: number): Promise<boolean> {
  if (service.name.startsWith('worker')) return stack.watch.workerNames.size > joined
  return service.isRunning() && stack.client.ready()
}

function interrupted(
  heard: readonly {
    readonly type: string
    readonly attemptId: string | null
    readonly data: Readonly<Record<string, unknown>>
  }[],
): readonly Violation[] {
  // One that a worker had just claimed when it was asked to stop goes elsewhere before anything has run.
  const started = new Set(
    heard.filter(({ type }) => type === 'attempt.started').map(({ attemptId }) => attemptId),
  )
  return heard
    .filter(({ type, data }) => type === 'attempt.finished' && data['status'] === 'interrupted')
    .filter(({ attemptId }) => started.has(attemptId))
    .map(({ attemptId }) => ({
      kind: 'other',
      message: `${attemptId ?? ''} was interrupted, although it would have ended within the grace`,
    }))
}

async function postAllTheWhile(
  { client }: Stack,
  runId: string,
  signal: AbortSignal,
): Promise<readonly Violation[]> {
  const violations: Violation[] = []
  const posts: Promise<void>[] = []
  const post = async (index: number): Promise<void> => {
    const body = { prompt: `fault-task ${runId}-roll-${index} quiet 0`, notBefore: FAR }
    const options = { idempotencyKey: `${runId}-roll-${index}` }
    try {
      await client.submitTask(body, options).catch(async () => {
        await waitFor(() => client.ready().catch(() => false), {
          description: 'the api to be ready',
          timeoutMs: READY_LIMIT_MS,
          intervalMs: 200,
        })
        return client.submitTask(body, options)
      })
    } catch (error) {
      violations.push({ kind: 'other', message: `a request failed twice: ${String(error)}` })
    }
  }
  for (let index = 0; !signal.aborted; index += 1) {
    posts.push(post(index))
    await pause(POST_EVERY_MS)
  }
  await Promise.all(posts)
  return violations
}

/** These tasks are about being taken, not about being done. */
const FAR = '2099-01-01T00:00:00.000Z'
