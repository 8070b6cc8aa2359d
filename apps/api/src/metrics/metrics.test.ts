import { submit } from '@sleepless/engine'
import { expect, onTestFinished, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'
import { moveToFinal } from '../test-kit/move-task.ts'
import { runningApi } from '../test-kit/running-api.ts'
import { openSse } from '../test-kit/sse-stream.ts'

async function service(): Promise<InjectedApp> {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app
}

/** The value of a series, as it is written; undefined when there is none. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

async function metricsOf(app: InjectedApp): Promise<string> {
  const answer = await app.send({ url: '/metrics' })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  return answer.body
}

test('metrics are for whoever may read', async () => {
  const app = await service()
  const ask = (token: string) =>
    app.send({ url: '/metrics', headers: { authorization: token && `Bearer ${token}` } })
  expect(problemOf(await ask('')).status).toBe(401)
  expect(problemOf(await ask(TOKENS.worker)).status).toBe(403)
})

test('requests are counted by their route, and not by what a client makes up', async () => {
  const app = await service()
  await app.send({ url: '/v1/tasks/tsk_01900000-0000-7000-8000-000000000000' })
  await app.send({ url: '/v1/tasks/tsk_01900000-0000-7000-8000-000000000001' })
  await app.send({ url: '/made-up' })
  await app.send({ method: 'POST', url: '/v1/tasks', payload: { prompt: 'a' } })
  const text = await metricsOf(app)
  const count = (method: string, route: string, status: number) =>
    valueOf(
      text,
      `http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`,
    )
  expect(count('GET', '/v1/tasks/:id', 404)).toBe(2)
  expect(count('GET', '', 404)).toBe(1)
  expect(count('POST', '/v1/tasks', 201)).toBe(1)
  expect(text).not.toMatch(/made-up|tsk_/)
})

test('tasks are counted by their status, and workers by what they take', async () => {
  const app = await service()
  const { store, engine } = app.plane
  const [first] = await store.write((tx) =>
    Array.from({ length: 3 }, () => submit(tx, engine, { prompt: 'a' })),
  )
  await moveToFinal(app.plane, first?.id ?? '', 'failed')
  const text = await metricsOf(app)
  expect(valueOf(text, 'sleepless_tasks{status="queued"}')).toBe(2)
  expect(valueOf(text, 'sleepless_tasks{status="failed"}')).toBe(1)
  expect(valueOf(text, 'sleepless_tasks{status="running"}')).toBe(0)
  expect(valueOf(text, 'sleepless_workers_online')).toBe(1)
  expect(valueOf(text, 'sleepless_slots')).toBe(20)
  expect(valueOf(text, 'sleepless_paused')).toBe(0)
  expect(valueOf(text, 'sleepless_event_head')).toBe(await store.read((tx) => tx.events.head()))
})

test('the process says what it uses', async () => {
  const text = await metricsOf(await service())
  for (const series of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'nodejs_heap_used_bytes',
  ]) {
    expect([series, (valueOf(text, series) ?? 0) > 0]).toEqual([series, true])
  }
})

test('two apps of one process count apart', async () => {
  const [one, other] = [await service(), await service()]
  await one.send({ url: '/v1/health' })
  const series = 'http_request_duration_seconds_count{method="GET",route="/v1/health",status="200"}'
  expect(valueOf(await metricsOf(one), series)).toBe(1)
  expect(valueOf(await metricsOf(other), series)).toBeUndefined()
})

test('clients that a stream is open to are counted as long as they stay', async () => {
  const { url } = await runningApi()
  const clients = async () => {
    const headers = { authorization: `Bearer ${TOKENS.api}` }
    const text = await (await fetch(`${url}/metrics`, { headers })).text()
    return valueOf(text, 'sleepless_live_clients{route="/v1/events"}')
  }
  expect(await clients()).toBe(0)
  {
    using _one = await openSse(url)
    using _other = await openSse(url)
    expect(await clients()).toBe(2)
  }
  await expect.poll(clients).toBe(0)
})
