import type { TaskView } from '@sleepless/contracts'
import { describe, expect, test } from 'vitest'

import { newTask, success } from '../test-kit/fake-task.ts'
import { renderStatus } from './render.ts'

const slack = { channel: 'C1', user: 'U1' }

function textOf(patch: Partial<TaskView>, action?: string): string {
  const task = newTask({ prompt: 'think <hard>', metadata: { slack } })
  return renderStatus({ ...task, ...patch }, action).text
}

function succeeded(patch: Partial<NonNullable<TaskView['result']>>): string {
  const { status, result } = success
  return result === null ? '' : textOf({ status, result: { ...result, ...patch } })
}

describe('renderStatus', () => {
  test('says who asked for what', () => {
    expect(textOf({ project: 'site' })).toMatch(
      /^:hourglass_flowing_sand: \*Queued\* · `tsk_\S+` · project `site` · <@U1>\n> think &lt;hard&gt;$/,
    )
  })

  test('says what a task waits for, and until when', () => {
    const waitingFor = { reason: 'quota', until: '2026-01-01T00:00:00Z', detail: 'spent' } as const
    expect(textOf({ waitingFor })).toMatch(/Waiting for quota: spent, until <!date\^1767225600\^/)
  })

  test('says what the agent did last', () => {
    expect(textOf({ status: 'running', attempts: 2 }, 'Edit a.ts')).toMatch(
      /Running.* · attempt 2 · .*\n.*\nEdit a\.ts$/,
    )
  })

  test('says that a running task is being canceled', () => {
    expect(textOf({ status: 'running', cancelRequestedAt: '2026-01-01T00:00:00Z' })).toContain(
      'Being canceled',
    )
  })

  test('ends with summary, commit, branch, cost and duration', () => {
    expect(succeeded({})).toMatch(
      /Succeeded[^]*\nAll done\.\n`commit 0123456789` on `sleepless\/fix` · \$0\.12 · 1 min 5 s$/,
    )
  })

  test('says when nothing was changed', () => {
    expect(succeeded({ commit: null, branch: null })).toContain('no changes · $0.12')
  })

  test('links the pull request, unless its address could break out of the link', () => {
    expect(succeeded({ pullRequestUrl: 'https://x.test/1?a&b' })).toContain(
      '<https://x.test/1?a&amp;b|pull request>',
    )
    expect(succeeded({ pullRequestUrl: 'https://x.test/|<!channel>' })).not.toContain(
      'pull request',
    )
  })

  test('shows warnings', () => {
    expect(succeeded({ warnings: ['no sandbox'] })).toContain('\n:warning: no sandbox')
  })

  test('ends with message and remedy when the task failed', () => {
    const failure = { code: 'TIMED_OUT', message: 'took <long>', remedy: 'Ask for less.' }
    expect(textOf({ status: 'failed', failure })).toMatch(
      /Failed[^]*\n`TIMED_OUT` took &lt;long&gt;\n\*What to do:\* Ask for less\.$/,
    )
  })

  test('never pings anybody with what an agent said', () => {
    const text = succeeded({ summary: '<!channel> <@U2> <!subteam^S1>', warnings: ['<!here>'] })
    expect(text.match(/<[!@#][^>]*>/g)).toEqual(['<@U1>'])
  })

  test('has its sections taken verbatim, so that plain @here stays plain', () => {
    const { blocks } = renderStatus(newTask({ prompt: '@here' }))
    expect(blocks).toMatchObject([{ text: { type: 'mrkdwn', verbatim: true } }])
  })

  test('keeps within the limits of Slack, whatever the task holds', () => {
    const long = '&'.repeat(60_000)
    const task = { ...newTask({ prompt: long }), project: 'x'.repeat(64) }
    const result = {
      summary: long,
      commit: '0'.repeat(40),
      branch: long,
      pullRequestUrl: `https://x.test/${'x'.repeat(285)}`,
      costUsd: 1e6,
      durationMs: 1e9,
      warnings: Array.from({ length: 50 }, () => long),
    }
    const failure = { code: 'X', message: long, remedy: long }
    for (const status of ['succeeded', 'failed'] as const) {
      const { text, blocks } = renderStatus({ ...task, status, result, failure })
      expect(text.length).toBeLessThanOrEqual(4000)
      for (const block of blocks) expect(block.text?.text.length).toBeLessThanOrEqual(3000)
    }
  })
})
