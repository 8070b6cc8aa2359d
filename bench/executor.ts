import { agentRuns } from './agent-runs.ts'
import { attemptMemory, outputMemory } from './attempt-memory.ts'
import { firstBytes } from './first-bytes.ts'
import { killTimes } from './kill-times.ts'
import { quantile, type Measurement } from './statistics.ts'

const LIMITS = {
  bare: 1.15,
  sandboxMs: 250,
  firstByteMs: 2,
  attemptMb: 25,
  outputMb: 300,
  killMs: 2000,
}

/** What a worker adds to a run of the real agent, beside a bare `spawn` of the same. */
export async function executor(): Promise<Measurement[]> {
  const runs = await agentRuns()
  const bare = quantile(runs.bare, 0.5)
  const open = quantile(runs.open, 0.5)
  const shut = quantile(runs.shut, 0.5)
  const bytes = await firstBytes()
  const direct = quantile(bytes.direct, 0.5)
  const kills = await killTimes()
  const memory = await attemptMemory()
  return [
    { name: 'a bare spawn of the agent, p50', value: bare, unit: 'ms' },
    { name: 'the executor without a sandbox, p50', value: open, unit: 'ms' },
    { name: '… of the bare spawn', value: open / bare, unit: '×', limit: LIMITS.bare },
    { name: 'the executor with sandbox and gateway, p50', value: shut, unit: 'ms' },
    {
      name: '… more than the bare spawn',
      value: shut - bare,
      unit: 'ms',
      limit: LIMITS.sandboxMs,
    },
    { name: 'first byte of the model, p50', value: direct, unit: 'ms' },
    {
      name: '… more through the gateway',
      value: quantile(bytes.gateway, 0.5) - direct,
      unit: 'ms',
      limit: LIMITS.firstByteMs,
    },
    {
      name: 'a tree that ignores SIGTERM, from SIGKILL to its end, p50',
      value: quantile(kills, 0.5),
      unit: 'ms',
    },
    { name: '… the longest', value: Math.max(...kills), unit: 'ms', limit: LIMITS.killMs },
    { name: 'a worker after one attempt, memory', value: memory.idleMb, unit: 'MB' },
    {
      name: `… more for each of ${memory.attempts} attempts that run`,
      value: memory.eachMb,
      unit: 'MB',
      limit: LIMITS.attemptMb,
    },
    {
      name: 'a worker through 16 attempts of 50 MB of output, peak',
      value: await outputMemory(),
      unit: 'MB',
      limit: LIMITS.outputMb,
    },
  ]
}
