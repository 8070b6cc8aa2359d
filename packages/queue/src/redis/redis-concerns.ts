import type { Redis } from 'ioredis'

import type { QueueConcern } from '../connectable-queue.ts'

const MAY_EVICT: Omit<QueueConcern, 'detail'> = {
  message: 'redis may evict orders',
  remedy: 'Set maxmemory-policy to noeviction.',
}

const KEEPS_NOTHING: QueueConcern = {
  message: 'redis keeps nothing on disk',
  detail: 'After its restart, what waited in it is made again from the database.',
  remedy: 'Set appendonly to yes, or leave it: nothing is lost.',
}

/** Whether Redis may drop our keys, or forgets them with its process. */
export async function findConcerns(client: Redis): Promise<readonly QueueConcern[]> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1]
  const mayEvict = policy !== undefined && policy !== 'noeviction'
  return [
    ...(mayEvict ? [{ ...MAY_EVICT, detail: `Its maxmemory-policy is ${policy}.` }] : []),
    ...((await keepsNothing(client)) ? [KEEPS_NOTHING] : []),
  ]
}

async function keepsNothing(client: Redis): Promise<boolean> {
  const info = await client.info('persistence')
  if (/^aof_enabled:(\d)/m.exec(info)?.[1] !== '0') return false
  // A managed Redis may not let us ask; it has its own ways.
  const save = await client.config('GET', 'save').catch(() => undefined)
  return Array.isArray(save) && save[0] === 'save' && save[1] === ''
}
