import { hash } from 'node:crypto'

import {
  afterEvent,
  compareHistory,
  DomainError,
  NO_HISTORY,
  requestText,
  type Attempt,
  type Message,
  type ReadTx,
  type RowFacts,
  type Task,
  type TaskId,
} from '@sleepless/domain'
import { array, assert, asyncProperty } from 'fast-check'
import { expect, test } from 'vitest'

import { endOpenAttempts } from './end-open-attempts.ts'
import { engineFixture } from './fixtures/engine-fixture.ts'
import { anyStep } from './fixtures/random-steps.ts'

const history = array(anyStep, { minLength: 20, maxLength: 60, size: 'max' })

function taskFacts({ result, failure, ...task }: Task, dependsOn: readonly TaskId[]): RowFacts {
  const request = requestText({ ...task, deadline: task.deadline?.getTime() })
  return {
    ...factsOf(task),
    dependsOn: dependsOn.length === 0 ? undefined : dependsOn.join(' '),
    requestSha256: hash('sha256', request),
    ...factsOf({ commit: result?.commit, branch: result?.branch, summary: result?.summary }),
    failureCode: failure?.code,
  }
}

function attemptFacts({ failure, ...attempt }: Attempt): RowFacts {
  return { ...factsOf(attempt), failureCode: failure?.code }
}

function messageFacts({ text, ...message }: Message): RowFacts {
  return { ...factsOf(message), sha256: hash('sha256', text) }
}

function factsOf(fields: object): RowFacts {
  const entries = Object.entries(fields).map(([field, value]: [string, unknown]) => {
    if (value instanceof Date) return [field, value.getTime()]
    return [field, typeof value === 'string' || typeof value === 'number' ? value : undefined]
  })
  return Object.fromEntries(entries)
}

function differences(tx: ReadTx): readonly unknown[] {
  return tx.tasks.list({}, { limit: 10_000 }).flatMap((task) => {
    const events = tx.events.list({ taskId: task.id }, { after: 0, limit: 10_000 })
    const attempts = tx.attempts.ofTask(task.id).map((one) => [one.id, attemptFacts(one)])
    const messages = tx.messages.ofTask(task.id).map((one) => [one.number, messageFacts(one)])
    return compareHistory(events.reduce(afterEvent, NO_HISTORY), {
      task: taskFacts(
        task,
        tx.dependencies.of(task.id).map(({ id }) => id),
      ),
      attempts: Object.fromEntries(attempts),
      messages: Object.fromEntries(messages),
    })
  })
}

test('whatever happens, the log tells what the rows say, and an audit finds nothing', async () => {
  await assert(
    asyncProperty(history, async (steps) => {
      await using engine = await engineFixture()
      for (const step of steps) {
        try {
          await step.run(engine)
        } catch (error) {
          if (!(error instanceof DomainError)) throw error
        }
      }
      expect(await engine.read(differences)).toEqual([])
      await engine.write(endOpenAttempts)
      expect(await engine.read(differences)).toEqual([])
    }),
    { numRuns: 30 },
  )
})
