import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { AgentOrder, SessionMoment, SessionToResume } from '@sleepless/domain'
import { createScriptedModel, textTurn, toolTurn, type ScriptedModel } from '@sleepless/testing'
import { expect, onTestFinished, test } from 'vitest'

import { finish, newOrder, NO_MESSAGES, type AgentRun } from '../fixtures/bench.ts'
import { directGateway, MADE_UP } from '../fixtures/direct-gateway.ts'
import { createClaudeExecutor } from './claude-executor.ts'

// The real Claude Code, and a model that calls a tool each time that it is asked something new.

interface Bench {
  readonly model: ScriptedModel
  readonly transcriptFile: string
  /** In a home and a workspace of its own, as on another host. */
  readonly run: (order: AgentOrder) => Promise<AgentRun>
}

async function bench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'sleepless-session-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const model = await createScriptedModel({
    script({ body }) {
      const isTold = JSON.stringify(body.messages.at(-1)?.content).includes('tool_result')
      if (isTold) return textTurn('Done.', { delayMs: 400 })
      return toolTurn({
        name: 'Bash',
        input: { command: `echo ${MADE_UP.value}`, description: 'x' },
      })
    },
  })
  onTestFinished(() => model[Symbol.asyncDispose]())
  const transcriptFile = join(folder, 'transcript.jsonl')
  return {
    model,
    transcriptFile,
    async run(order) {
      const gateway = directGateway(model.url)
      const executor = createClaudeExecutor({ gateway, toolAccess: 'all', killGraceMs: 2000 })
      const workspacePath = await mkdtemp(join(folder, 'work-'))
      const homePath = await mkdtemp(join(folder, 'home-'))
      const { signal } = new AbortController()
      const context = { workspacePath, homePath, signal, messages: NO_MESSAGES }
      return executor.run(order, { ...context, transcriptPath: transcriptFile })
    },
  }
}

const resumed = (transcriptFile: string, why: SessionToResume['why']): SessionToResume => ({
  transcriptFile,
  heard: 0,
  why,
})

test('a session goes on elsewhere from a moment at which its tools had ended', async () => {
  const { run, model, transcriptFile } = await bench()
  const order = newOrder()
  const { events } = await finish(await run(order))
  const moments = events.flatMap((event) => (event.type === 'at-rest' ? [event.moment] : []))
  const [first, last] = [moments.find(({ isLast }) => isLast !== true), moments.at(-1)]
  expect(last?.isLast).toBe(true)
  const { sizeBytes } = (first as SessionMoment).transcript
  await truncate(transcriptFile, sizeBytes)
  expect(await readFile(transcriptFile, 'utf8')).toMatch(/"tool_result".*\n$/s)

  const resume = resumed(transcriptFile, 'interrupted')
  const { outcome } = await finish(await run({ ...order, resume }))
  expect(outcome).toMatchObject({ kind: 'succeeded' })
  const { sessionId, body } = model.requests.at(-1) ?? {}
  expect(sessionId).toBe(order.sessionId)
  const told = JSON.stringify(body?.messages)
  expect(told).toContain(order.prompt)
  expect(told).toContain('You were interrupted')
  const lines = (await readFile(transcriptFile, 'utf8')).trimEnd().split('\n')
  for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object')
})

test('a transcript is kept without the credential of its agent, as JSON', async () => {
  const { run, transcriptFile } = await bench()
  await finish(await run(newOrder()))
  const text = await readFile(transcriptFile, 'utf8')
  expect(text).not.toContain(MADE_UP.value)
  for (const line of text.trimEnd().split('\n')) expect(JSON.parse(line)).toBeTypeOf('object')
})

test('a follow-up says its own prompt', async () => {
  const { run, model, transcriptFile } = await bench()
  const order = newOrder()
  await finish(await run(order))
  const resume = resumed(transcriptFile, 'followed-up')
  await finish(await run({ ...order, prompt: 'And another thing.', resume }))
  const told = JSON.stringify(model.requests.at(-1)?.body.messages)
  expect(told).toContain('And another thing.')
  expect(told).not.toContain('You were interrupted')
})

test('a session that the agent cannot go on with is said to be so, and nothing is asked', async () => {
  const { run, model, transcriptFile } = await bench()
  await writeFile(transcriptFile, '')
  const resume = resumed(transcriptFile, 'interrupted')
  const { outcome } = await finish(await run({ ...newOrder(), resume }))
  expect(outcome).toMatchObject({
    kind: 'unresumable',
    message: expect.stringContaining('No conversation found'),
  })
  expect(model.requestCount).toBe(0)
})
