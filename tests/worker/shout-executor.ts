import { setTimeout as pause } from 'node:timers/promises'

import type { Executor } from '@sleepless/domain'

/** Answers with the prompt in capitals, one word after the other. */
export function createShoutExecutor(): Executor {
  const usage = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }
  const tooLate = { code: 'TIMED_OUT', message: 'It was hoarse.' } as const
  return {
    name: 'shout',
    needsWorkspace: false,
    capabilities: { resume: false, steer: false, usage: false, jsonSchema: false },
    probe: async () => ({ available: true, version: '1' }),
    async *run({ prompt, timeoutMs }, { signal }) {
      const late = AbortSignal.timeout(timeoutMs)
      yield { type: 'started', pid: process.pid }
      for (const word of prompt.split(' ')) {
        if (signal.aborted) return { kind: 'stopped', usage }
        if (late.aborted) return { kind: 'failed', failure: tooLate, usage }
        yield { type: 'output', text: `${word.toUpperCase()}\n` }
        await pause(10)
      }
      return { kind: 'succeeded', answer: prompt.toUpperCase(), warnings: [], usage }
    },
  }
}
