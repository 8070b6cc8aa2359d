import { workerId } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { answering } from '../fixtures/answering.ts'
import { createWorkerClient } from './worker-client.ts'

const ID = workerId('wrk_01900000-0000-7000-8000-000000000000')

test('a heartbeat that is not answered in its time is given up, for the next one', async () => {
  await using server = await answering(() => undefined)
  const client = createWorkerClient(ID, { url: server.url, token: 't' })
  const beat = {
    name: 'host:1',
    concurrency: 1,
    labels: [],
    executors: { claude: { available: true, version: '1.0.0' } },
    draining: false,
    attempts: [],
  } as const
  await expect(client.heartbeat({ ...beat, labels: [], attempts: [] }, 50)).rejects.toMatchObject({
    code: 'API_UNREACHABLE',
  })
})
