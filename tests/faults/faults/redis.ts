import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { waitFor } from '@sleepless/testing'

import { plainTask } from '../load/task-mix.ts'
import type { Durability } from '../stack/redis.ts'
import type { Fault } from './fault.ts'

const AWAY = { usualMs: 5000, fullMs: 60_000 }
const SHORT_MS = 500
/** Below what is in use at once, so that nothing more fits. */
const TINY = '1mb'
/** Room for little more than what is in use. */
const SPARE_BYTES = 64 * 1024
/** A service starts, and has looked at Redis. */
const WARNING_LIMIT_MS = 60_000

const redisKill = (durability: Durability): Fault => ({
  name: `redis-kill-${durability}`,
  row: 10,
  title: `kill -9 Redis, which has kept ${durability === 'nothing' ? durability : `its log (${durability})`}`,
  async inject({ stack: { redis } }) {
    if (durability !== 'nothing') {
      redis.command('CONFIG', 'SET', 'appendonly', 'yes')
      redis.command('CONFIG', 'SET', 'appendfsync', durability)
      // So that there is something to be killed in.
      await pause(SHORT_MS)
    }
    await redis.kill()
    await pause(SHORT_MS)
    await redis.start(durability)
  },
})

export const redisKills: readonly Fault[] = (['nothing', 'everysec', 'always'] as const).map(
  redisKill,
)

export const flushAll: Fault = {
  name: 'redis-flushall',
  row: 11,
  title: 'FLUSHALL under load',
  async inject({ stack: { redis } }) {
    redis.command('FLUSHALL')
  },
}

export const deleteKeys: Fault = {
  name: 'redis-delete-keys',
  row: 11,
  title: 'single keys of the queue are deleted under load',
  async inject({ stack: { redis }, random }) {
    for (let round = 0; round < 3; round += 1) {
      const keys = redis.command('--scan').split('\n').filter(Boolean)
      for (const key of keys) {
        if (random.chance(0.5)) redis.command('DEL', key)
      }
      await pause(200)
    }
  },
}

export const redisAway: Fault = {
  name: 'redis-away',
  row: 12,
  title: 'Redis is away for a while, and tasks are taken all the same',
  async inject({ stack: { redis }, settings, submit, runId }) {
    await redis.kill()
    const awayMs = settings.isFull ? AWAY.fullMs : AWAY.usualMs
    const startedMs = performance.now()
    for (let index = 0; index < 5; index += 1) {
      // Resolves when it is acknowledged: intake does not wait for the queue.
      await submit(plainTask(`${runId}-away-${index}`, { mode: 'quiet' }))
    }
    const took = performance.now() - startedMs
    await pause(Math.max(0, awayMs - took))
    await redis.start('nothing')
    const message = `five tasks were taken in ${Math.round(took)} ms while Redis was away`
    return () => (took > awayMs ? [{ kind: 'stuck', message }] : [])
  },
}

export const redisFull: Fault = {
  name: 'redis-full',
  row: 13,
  title: 'Redis has no memory left, and evicts nothing',
  async inject({ stack: { redis } }) {
    redis.command('CONFIG', 'SET', 'maxmemory', TINY)
    await pause(AWAY.usualMs / 2)
    redis.command('CONFIG', 'SET', 'maxmemory', '0')
  },
}

export const redisEvicts: Fault = {
  name: 'redis-evicts',
  row: 13,
  title: 'Redis evicts: a warning, and nothing lost',
  async inject({ stack }) {
    const { redis, places } = stack
    const [, standby = stack.schedulers[0]] = stack.schedulers
    redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random')
    const used = Number(/used_memory:(\d+)/.exec(redis.command('INFO', 'memory'))?.[1])
    redis.command('CONFIG', 'SET', 'maxmemory', String(used + SPARE_BYTES))
    // It says so at its start.
    await standby?.stop('SIGKILL')
    standby?.start()
    const log = path.join(places.logs, `${standby?.name ?? ''}.log`)
    const warned = await waitFor(() => /maxmemory-policy|evict/.test(readFileSync(log, 'utf8')), {
      description: 'the warning',
      timeoutMs: WARNING_LIMIT_MS,
    }).catch(() => false)
    redis.command('CONFIG', 'SET', 'maxmemory', '0')
    redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    return () => (warned ? [] : [{ kind: 'other', message: 'nothing warned of eviction' }])
  },
}
