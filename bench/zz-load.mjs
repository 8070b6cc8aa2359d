import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import autocannon from 'autocannon'
const start = async (f, args = []) => {
  const c = spawn(process.execPath, [...args, f], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await createInterface({ input: c.stdout })[Symbol.asyncIterator]().next()
  return { c, url: value }
}
const a = await start('bench/empty-api.ts'),
  b = await start(
    '/tmp/zz-server.mjs',
    process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : [],
  )
let n = 0
const load = async (u) => {
  const r = await autocannon({
    url: u + '/v1/tasks',
    method: 'POST',
    connections: 64,
    duration: +(process.env.SECS ?? 4),
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + 't'.repeat(40) },
    requests: [
      {
        method: 'POST',
        body: JSON.stringify({ prompt: 'Think of a number.', notBefore: '2999-01-01T00:00:00Z' }),
        setupRequest: (r) => ({
          ...r,
          headers: { ...r.headers, ...(process.env.KEY ? { 'idempotency-key': 'k' + n++ } : {}) },
        }),
      },
    ],
  })
  return [r.requests.average, r.latency.p99, r.latency.max, r.non2xx]
}
for (let i = 0; i < 3; i++) {
  console.log('empty', await load(a.url))
  console.log('ours ', await load(b.url))
}
a.c.kill()
b.c.kill()
