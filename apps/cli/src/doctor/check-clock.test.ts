import { once } from 'node:events'
import { createServer } from 'node:http'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { clockCheck } from './check-clock.ts'
import type { DoctorFacts, Verdict } from './finding.ts'

const HOUR_MS = 60 * 60 * 1000

// A service whose clock shows the time that a test has it show.
let aheadMs = 0
const server = createServer((_request, response) => {
  response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString())
  response.end('{}')
})
let url = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address !== null && typeof address !== 'string') url = `http://127.0.0.1:${address.port}`
})
afterAll(() => void server.close())

function look(at: string, wallMs: () => number = () => Date.now()): Promise<Verdict> {
  const check = clockCheck({ wallMs, monotonicMs: () => performance.now() })
  return check.look({ url: at } as DoctorFacts)
}

test('a clock that agrees with the service is well', async () => {
  aheadMs = 0
  expect(await look(url)).toMatchObject({
    status: 'ok',
    detail: expect.stringContaining('service'),
  })
})

test.each([
  [HOUR_MS, 'ahead of'],
  [-HOUR_MS, 'behind'],
])('one that is %i ms off is warned of', async (off, way) => {
  aheadMs = off
  expect(await look(url)).toMatchObject({
    status: 'warn',
    detail: expect.stringMatching(new RegExp(`3(?:59|60)\\d\\.\\d s ${way} this one`)),
    remedy: expect.stringContaining('NTP'),
  })
})

test('without a service there is nothing to compare it with', async () => {
  expect(await look('http://127.0.0.1:9')).toMatchObject({ status: 'ok' })
})

test('a clock that is being set is warned of', async () => {
  aheadMs = 0
  const begunAt = performance.now()
  const stepped = (): number => Date.now() + (performance.now() - begunAt > 100 ? HOUR_MS : 0)
  expect(await look('http://127.0.0.1:9', stepped)).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('it was set by 3600.0 s'),
  })
})
