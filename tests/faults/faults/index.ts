import { agentExits, agentFloods, agentHangs, killAgent, poison } from './agents.ts'
import { claudeFaults } from './claude.ts'
import { clockFaults } from './clocks.ts'
import { crashPoint, dieAfterPush } from './crash-point.ts'
import { lockHeld, walPinned } from './databases.ts'
import { diskFaults } from './disks.ts'
import type { Fault } from './fault.ts'
import { blockWorker, freezeWorker } from './frozen-workers.ts'
import { killAll, killApi, killScheduler, killWorker } from './kills.ts'
import { healWhileBothRun, partitions } from './partitions.ts'
import { deleteKeys, flushAll, redisAway, redisEvicts, redisFull, redisKills } from './redis.ts'
import { rolling } from './rolling.ts'

/** All faults, in the order of the matrix. */
export const FAULTS: readonly Fault[] = [
  killApi,
  killScheduler,
  killWorker,
  killAll,
  crashPoint,
  dieAfterPush,
  killAgent,
  agentExits,
  agentHangs,
  agentFloods,
  poison,
  freezeWorker,
  blockWorker,
  ...redisKills,
  flushAll,
  deleteKeys,
  redisAway,
  redisFull,
  redisEvicts,
  ...partitions,
  healWhileBothRun,
  ...diskFaults,
  lockHeld,
  walPinned,
  ...clockFaults,
  rolling,
  ...claudeFaults,
]

/** @param only a name, or the number of a row; undefined for all. */
export function faultsNamed(only: string | undefined): readonly Fault[] {
  if (only === undefined) return FAULTS
  return FAULTS.filter(({ name, row }) => name === only || String(row) === only)
}

/** Those that take little time, and between them try most of the promises. */
export const SHORT_PASS: ReadonlySet<string> = new Set([
  'kill-api',
  'kill-scheduler',
  'kill-worker',
  'kill-all',
  'crash-point',
  'freeze-worker',
  'redis-kill-nothing',
  'redis-flushall',
  'partition-5x-both-ways',
  'disk-full-database',
  'clock-plus-36h',
  'claude-garbage',
])
