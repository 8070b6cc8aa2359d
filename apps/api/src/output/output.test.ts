import { once } from 'node:events'
import { mkdirSync, renameSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'

import { ApiError, outputPiece, type Held } from '@sleepless/contracts'
import { recordOutput } from '@sleepless/engine'
import { waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { runningApi, type RunningApi } from '../test-kit/running-api.ts'
import { runningTask, type RunningTask } from '../test-kit/running-task.ts'
import { openSse, type SseStream } from '../test-kit/sse-stream.ts'
import { NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'

function print({ worker, held }: RunningTask, offset: number, text: string): Promise<number> {
  return worker.client.appendOutput(held, offset, Buffer.from(text))
}

function end({ worker }: Pick<RunningTask, 'worker'>, held: Held, kind: 'ok' | 'again' = 'ok') {
  const outcome = kind === 'ok' ? SUCCESS : ({ kind: 'interrupted' } as const)
  return worker.client.finish(held, { outcome, usage: NO_USAGE })
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text()
}

async function output({ api, taskId }: Pick<RunningTask, 'api' | 'taskId'>): Promise<string> {
  return textOf(await api.client.output(taskId))
}

async function sealed({ plane }: RunningApi, { but = 0 } = {}): Promise<void> {
  await waitFor(async () => (await plane.spool.list()).length === but, {
    description: 'the output to be sealed',
  })
}

function get({ api, taskId }: RunningTask, headers: Record<string, string>): Promise<Response> {
  return fetch(`${api.url}/v1/tasks/${taskId}/output`, {
    headers: { authorization: `Bearer ${TOKENS.api}`, ...headers },
  })
}

describe('output', () => {
  test('is empty before anything was printed', async () => {
    const api = await runningApi()
    const { id } = await api.client.submitTask({ prompt: 'a' })
    expect(await output({ api, taskId: id })).toBe('')
  })

  test('grows as it is printed', async () => {
    const running = await runningTask()
    expect(await print(running, 0, 'one ')).toBe(4)
    expect(await output(running)).toBe('one ')
    expect(await print(running, 4, 'two')).toBe(7)
    expect(await output(running)).toBe('one two')
  })

  test('that is sent again changes nothing', async () => {
    const running = await runningTask()
    await print(running, 0, 'one ')
    expect(await print(running, 0, 'one ')).toBe(4)
    expect(await print(running, 2, 'e two')).toBe(7)
    expect(await output(running)).toBe('one two')
  })

  test('that is sent many times at once is stored once', async () => {
    const running = await runningTask()
    const text = 'x'.repeat(100_000)
    await Promise.all(Array.from({ length: 20 }, () => print(running, 0, text)))
    expect(await output(running)).toBe(text)
    const { items } = await running.api.client.taskEvents(running.taskId)
    expect(items.filter(({ type }) => type === 'attempt.output')).toHaveLength(1)
  })

  test('that leaves a hole is refused, with the offset that is expected', async () => {
    const running = await runningTask()
    await print(running, 0, 'one ')
    await expect(print(running, 5, 'x')).rejects.toMatchObject({ status: 409, code: 'OUTPUT_GAP' })
    expect(await output(running)).toBe('one ')
  })

  test('of several megabytes is the same once it is sealed', async () => {
    const running = await runningTask()
    const chunk = Array.from({ length: 4000 }, (_none, line) => `${line} 🐝 bee\n`).join('')
    const size = Buffer.byteLength(chunk)
    for (let n = 0; n < 80; n++) await print(running, n * size, chunk)
    const spooled = await output(running)
    await end(running, running.held)
    await sealed(running.api)
    expect(spooled).toBe(chunk.repeat(80))
    expect(await output(running)).toBe(spooled)
  })

  test('has the attempts one after the other', async () => {
    const running = await runningTask()
    await print(running, 0, 'first;')
    await end(running, running.held, 'again')
    const held = await running.api.start(running.worker)
    await print({ ...running, held }, 0, 'second')
    expect(await output(running)).toBe('first;second')
    await sealed(running.api, { but: 1 })
    const answer = await get(running, { range: 'bytes=4-8' })
    expect(await answer.text()).toBe('t;sec')
  })

  test('can be read although it is moved to the results at that moment', async () => {
    const moved: string[] = []
    const api = await runningApi(({ home, spool }) => ({
      spool: {
        ...spool,
        read(id, from, to) {
          const file = path.join(home, 'results', 'tasks', taskId, id, 'output.txt')
          mkdirSync(path.dirname(file), { recursive: true })
          renameSync(spool.file(id), file)
          moved.push(id)
          return spool.read(id, from, to)
        },
      },
    }))
    const { id: taskId } = await api.client.submitTask({ prompt: 'a' })
    const worker = await api.join()
    const held = await api.start(worker)
    // Not through the api, which would read it at once.
    await api.plane.spool.append(held.attemptId, 0, Buffer.from('whole'))
    await api.plane.store.write((tx) =>
      recordOutput(tx, api.plane.engine, { ...held, workerId: worker.id }, SEGMENT),
    )
    expect(await output({ api, taskId })).toBe('whole')
    expect(moved).toEqual([held.attemptId])
  })

  test('that is still being stored when it comes again is logged once', async () => {
    const { running, hold, reached, letGo } = await taskWithSlowSpool()
    hold()
    const both = Promise.all([print(running, 0, 'one'), print(running, 0, 'one')])
    await reached()
    letGo()
    await both
    expect(await output(running)).toBe('one')
    const { items } = await running.api.client.taskEvents(running.taskId)
    expect(items.filter(({ type }) => type === 'attempt.output')).toHaveLength(1)
  })

  test('that is still being stored when the attempt ends harms nothing', async () => {
    const { running, hold, reached, letGo } = await taskWithSlowSpool()
    await print(running, 0, 'one ')
    await print(running, 4, 'two')
    hold()
    const late = print(running, 0, 'one ').catch(refusal)
    await reached()
    await end(running, running.held)
    await reached()
    letGo()
    await late
    await sealed(running.api)
    expect(await output(running)).toBe('one two')
  })

  test('that comes after the end is refused, and harms nothing', async () => {
    const running = await runningTask()
    await print(running, 0, 'whole')
    const late = Array.from({ length: 10 }, () => print(running, 0, 'whole').catch(refusal))
    await end(running, running.held)
    const later = Array.from({ length: 10 }, () => print(running, 5, ' and more').catch(refusal))
    await Promise.all([...late, ...later])
    await sealed(running.api)
    expect(await output(running)).toBe('whole')
  })
})

const SEGMENT = { offset: 0, lengthBytes: 5, sha256: '' }

interface SlowSpool {
  readonly running: RunningTask
  readonly hold: () => void
  /** When a chunk waits for the spool, and whatever else there is has had time to get in its way. */
  readonly reached: () => Promise<void>
  readonly letGo: () => void
}

/** A task whose output is stored only when the test lets it. */
async function taskWithSlowSpool(): Promise<SlowSpool> {
  const gate = Promise.withResolvers<void>()
  let isHeld = false
  let waiting = 0
  const running = await runningTask(({ spool }) => ({
    spool: {
      ...spool,
      async append(id, offset, chunk) {
        if (isHeld) {
          waiting++
          await gate.promise
        }
        return spool.append(id, offset, chunk)
      },
    },
  }))
  return {
    running,
    hold: () => {
      isHeld = true
    },
    reached: async () => {
      await waitFor(() => waiting > 0, { description: 'a chunk at the spool' })
      await new Promise((resolve) => setTimeout(resolve, 100))
    },
    letGo: () => {
      isHeld = false
      gate.resolve()
    },
  }
}

function refusal(error: unknown): string {
  if (error instanceof ApiError) return error.code
  throw error
}

describe('a part of the output', () => {
  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=9-9', '9', 'bytes 9-9/10'],
  ])('%s', async (range, text, contentRange) => {
    const running = await runningTask()
    await print(running, 0, '0123456789')
    const answer = await get(running, { range })
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toBe(contentRange)
    expect(answer.headers.get('content-length')).toBe(String(text.length))
    expect(await answer.text()).toBe(text)
  })

  test.each(['bytes=10-', 'bytes=10-12', 'bytes=-0', `bytes=${'9'.repeat(30)}-`])(
    '%s that is not there: 416',
    async (range) => {
      const running = await runningTask()
      await print(running, 0, '0123456789')
      const answer = await get(running, { range })
      expect(answer.status).toBe(416)
      expect(answer.headers.get('content-range')).toBe('bytes */10')
      expect(await answer.json()).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE', field: 'Range' })
    },
  )

  test.each(['bytes=0-1,4-5', 'lines=0-1', 'bytes=-', 'bytes=a-b'])(
    '%s, which is not understood: the whole',
    async (range) => {
      const running = await runningTask()
      await print(running, 0, '0123456789')
      const answer = await get(running, { range })
      expect({ status: answer.status, text: await answer.text() }).toEqual({
        status: 200,
        text: '0123456789',
      })
    },
  )

  test('HEAD tells how long it is', async () => {
    const running = await runningTask()
    await print(running, 0, '0123456789')
    for (const query of ['', '?follow=true']) {
      const answer = await fetch(`${running.api.url}/v1/tasks/${running.taskId}/output${query}`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${TOKENS.api}` },
      })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-length')).toBe('10')
    }
  })
})

describe('output that is followed', () => {
  test('arrives as it is printed, until the task has ended', async () => {
    const running = await runningTask()
    await print(running, 0, 'one ')
    const stream = await running.api.client.output(running.taskId, { follow: true })
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe('one ')
    await print(running, 4, 'two')
    expect((await reader.read()).value).toBe('two')
    await end(running, running.held)
    expect((await reader.read()).done).toBe(true)
  })

  test('begins before the task does, and goes on over its attempts', async () => {
    const api = await runningApi()
    const { id: taskId } = await api.client.submitTask({ prompt: 'a' })
    const followed = textOf(await api.client.output(taskId, { follow: true }))
    const worker = await api.join()
    for (const kind of ['again', 'again', 'ok'] as const) {
      const held = await api.start(worker)
      await print({ api, worker, held, taskId }, 0, `${kind};`)
      await end({ worker }, held, kind)
    }
    expect(await followed).toBe('again;again;ok;')
  })

  test('goes on from where a reader left off', async () => {
    const running = await runningTask()
    await print(running, 0, '0123456789')
    const stop = new AbortController()
    const stream = await running.api.client.output(running.taskId, {
      follow: true,
      signal: stop.signal,
    })
    await stream.getReader().read()
    stop.abort()
    const followed = textOf(
      await running.api.client.output(running.taskId, { follow: true, fromByte: 10 }),
    )
    await print(running, 10, 'abc')
    await end(running, running.held)
    expect(await followed).toBe('abc')
  })

  test('of a task that has ended is all of it', async () => {
    const running = await runningTask()
    await print(running, 0, 'all')
    await end(running, running.held)
    expect(await textOf(await running.api.client.output(running.taskId, { follow: true }))).toBe(
      'all',
    )
  })

  test('leaves nothing behind', async () => {
    let listeners = 0
    const api = await runningApi(({ store }) => ({
      store: {
        ...store,
        onChange(listener) {
          listeners++
          const subscription = store.onChange(listener)
          return {
            [Symbol.dispose]() {
              listeners--
              subscription[Symbol.dispose]()
            },
          }
        },
      },
    }))
    const { id: taskId } = await api.client.submitTask({ prompt: 'a' })
    const worker = await api.join()
    const held = await api.start(worker)
    const before = listeners
    const followed = textOf(await api.client.output(taskId, { follow: true }))
    await print({ api, worker, held, taskId }, 0, 'all')
    await end({ worker }, held)
    expect(await followed).toBe('all')
    expect(listeners).toBe(before)
  })

  test('is the same for many readers of several megabytes', async () => {
    const running = await runningTask()
    const followed = Array.from({ length: 5 }, async () =>
      textOf(await running.api.client.output(running.taskId, { follow: true })),
    )
    const chunk = 'y'.repeat(200_000)
    for (let n = 0; n < 20; n++) await print(running, n * chunk.length, chunk)
    await end(running, running.held)
    for (const text of await Promise.all(followed)) expect(text).toBe(chunk.repeat(20))
  })

  test('breaks off when the service stops, for there is more to come', async () => {
    const running = await runningTask()
    await print(running, 0, 'one')
    const followed = textOf(await running.api.client.output(running.taskId, { follow: true }))
    const ending = followed.catch((error: unknown) => String(error))
    await running.api.stop()
    expect(await ending).toContain('terminated')
  })

  test.each(['follow=yes', 'tail=0', 'tail=10001', 'from=-1', 'from=1&tail=1'])(
    'refuses %s',
    async (query) => {
      const running = await runningTask()
      const answer = await fetch(`${running.api.url}/v1/tasks/${running.taskId}/output?${query}`, {
        headers: { authorization: `Bearer ${TOKENS.api}` },
      })
      expect(answer.status).toBe(400)
    },
  )
})

describe('the last lines of the output', () => {
  const long = 'ü'.repeat(3000)

  test.each([
    ['one\ntwo\nthree\n', 2, 'two\nthree\n'],
    ['one\ntwo\nthree', 2, 'two\nthree'],
    ['one\ntwo\nthree', 3, 'one\ntwo\nthree'],
    ['one\ntwo', 9, 'one\ntwo'],
    ['\n\n\n', 2, '\n\n'],
    ['', 1, ''],
    [`${long}\n${long}\n${long}\n`, 1, `${long}\n`],
    ['a\n'.repeat(5000), 3, 'a\na\na\n'],
  ])('of %j are, for tail=%i, %j', async (printed, tail, expected) => {
    const running = await runningTask()
    if (printed !== '') await print(running, 0, printed)
    const { url } = running.api
    const answer = await fetch(`${url}/v1/tasks/${running.taskId}/output?tail=${tail}`, {
      headers: { authorization: `Bearer ${TOKENS.api}` },
    })
    expect(await answer.text()).toBe(expected)
    const from = Buffer.byteLength(printed) - Buffer.byteLength(expected)
    expect(answer.headers.get('sleepless-output-from')).toBe(String(from))
  })

  test('reach over attempts, and are followed by what comes', async () => {
    const api = await runningApi()
    const { id: taskId } = await api.client.submitTask({ prompt: 'a' })
    const worker = await api.join()
    const first = await api.start(worker)
    await print({ api, worker, held: first, taskId }, 0, 'one\ntwo')
    await end({ worker }, first, 'again')
    const held = await api.start(worker)
    await print({ api, worker, held, taskId }, 0, ' and\nthree\n')
    const stop = new AbortController()
    const followed = api.client.followOutput(taskId, { tailLines: 2, signal: stop.signal })
    const read: Uint8Array[] = []
    const reading = (async () => {
      for await (const bytes of followed) read.push(bytes)
    })()
    const text = (): string => Buffer.concat(read).toString()
    await expect.poll(text).toBe('two and\nthree\n')
    await print({ api, worker, held, taskId }, 11, 'four\n')
    await end({ worker }, held)
    await reading
    expect(text()).toBe('two and\nthree\nfour\n')
  })
})

describe('output as server-sent events', () => {
  const options = (taskId: string, query = '', id?: string) => ({
    path: `/v1/tasks/${taskId}/output${query}`,
    headers: { accept: 'text/event-stream', ...(id !== undefined && { 'last-event-id': id }) },
  })

  async function messages(stream: SseStream): Promise<string[]> {
    const found: string[] = []
    for await (const frame of stream.frames()) if (!frame.startsWith(':')) found.push(frame)
    return found
  }

  test('has offsets for ids, and says when it is complete', async () => {
    const running = await runningTask()
    await print(running, 0, 'größe\n')
    using stream = await openSse(running.api.url, options(running.taskId))
    expect(stream.response.headers['content-type']).toBe('text/event-stream')
    const all = messages(stream)
    await end(running, running.held)
    expect(await all).toEqual([
      'id: 8\ndata: {"from":0,"to":8,"text":"größe\\n"}',
      'id: 8\nevent: end\ndata: {"lengthBytes":8}',
    ])
  })

  test.each([
    ['?from=4', undefined, 'id: 7\ndata: {"from":4,"to":7,"text":"two"}'],
    ['?tail=1', undefined, 'id: 7\ndata: {"from":4,"to":7,"text":"two"}'],
    ['?from=1', '4', 'id: 7\ndata: {"from":4,"to":7,"text":"two"}'],
  ])('begins where %s and the id %s say', async (query, id, frame) => {
    const running = await runningTask()
    await print(running, 0, 'one\ntwo')
    await end(running, running.held)
    using stream = await openSse(running.api.url, options(running.taskId, query, id))
    expect(await messages(stream)).toContain(frame)
  })

  test('comes whole, however often it is resumed, wherever its bytes are cut', async () => {
    const running = await runningTask()
    const text = 'aß世🌍\n'.repeat(400)
    const bytes = Buffer.from(text)
    const writing = (async () => {
      for (let at = 0; at < bytes.length; at += 37)
        await running.worker.client.appendOutput(running.held, at, bytes.subarray(at, at + 37))
      await end(running, running.held)
    })()
    let read = ''
    let reached = '0'
    for (let isOver = false; !isOver;) {
      using stream = await openSse(running.api.url, options(running.taskId, '', reached))
      let pieces = 0
      for await (const frame of stream.frames()) {
        const [, id = '', name, data = ''] =
          /^id: (\d+)\n(?:event: (\w+)\n)?data: (.*)$/.exec(frame) ?? []
        if (id === '') continue
        isOver = name === 'end'
        if (isOver || pieces++ === 5) break
        reached = id
        read += outputPiece.parse(JSON.parse(data)).text
      }
    }
    await writing
    expect(read).toBe(text)
  })

  test('shows characters that are none as such, and what is cut off at the end', async () => {
    const running = await runningTask()
    const bytes = Buffer.concat([Buffer.of(0xff, 0x61, 0x80), Buffer.from('世').subarray(0, 2)])
    await running.worker.client.appendOutput(running.held, 0, bytes)
    await end(running, running.held)
    using stream = await openSse(running.api.url, options(running.taskId))
    expect(await messages(stream)).toEqual([
      'id: 3\ndata: {"from":0,"to":3,"text":"\ufffda\ufffd"}',
      'id: 5\ndata: {"from":3,"to":5,"text":"\ufffd"}',
      'id: 5\nevent: end\ndata: {"lengthBytes":5}',
    ])
  })

  test.each([
    ['?from=9', undefined],
    ['', '9'],
    ['?follow=true&from=9', undefined],
  ])('cannot begin behind its end: %s, id %s', async (query, id) => {
    const running = await runningTask()
    const asked = options(running.taskId, query, id)
    const answer = await fetch(`${running.api.url}${asked.path}`, {
      headers: { authorization: `Bearer ${TOKENS.api}`, ...asked.headers },
    })
    expect(answer.status).toBe(416)
  })

  test('ends in order, and without saying that it is complete, when the service stops', async () => {
    const running = await runningTask()
    using stream = await openSse(running.api.url, options(running.taskId))
    const all = messages(stream)
    await running.api.stop()
    expect(await all).toEqual([])
  })

  test('ends when its token is revoked', async () => {
    const { api, taskId } = await runningTask()
    const { token, id } = await api.client.createToken({ name: 'ci', scopes: ['read'] })
    const asked = options(taskId)
    const authorization = `Bearer ${token}`
    using stream = await openSse(api.url, {
      ...asked,
      headers: { ...asked.headers, authorization },
    })
    const text = await fetch(`${api.url}/v1/tasks/${taskId}/output?follow=true`, {
      headers: { authorization },
    })
    const broken = text.text().catch((error: unknown) => String(error))
    await stream.frames().next()
    await api.client.revokeToken(id)
    expect(await messages(stream)).toEqual([])
    expect(await broken).toContain('terminated')
  })
})

describe('a chunk', () => {
  const tooLarge = Buffer.alloc(4 * 1024 * 1024 + 1)

  test('over 4 MiB is refused, and the sender hears of it', async () => {
    const { worker, held } = await runningTask()
    await expect(worker.client.appendOutput(held, 0, tooLarge)).rejects.toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    })
  })

  test('over 4 MiB of unknown length is refused, and the sender hears of it', async () => {
    const { api, worker, held } = await runningTask()
    const query = `workerId=${worker.id}&fence=${held.fence}&offset=0`
    const put = request(`${api.url}/internal/attempts/${held.attemptId}/output?${query}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${TOKENS.worker}`,
        'content-type': 'application/octet-stream',
      },
    })
    const seen: unknown[] = []
    put.on('response', (response) => seen.push(response.resume().statusCode))
    put.on('error', (error) => seen.push(error))
    for (let n = 0; n < 64; n++) put.write(Buffer.alloc(1024 * 1024))
    put.end()
    await once(put, 'close')
    expect(seen).toEqual([413])
  })

  test('of another type is refused', async () => {
    const { api, worker, held } = await runningTask()
    const query = `workerId=${worker.id}&fence=${held.fence}&offset=0`
    for (const type of ['application/json', 'text/plain']) {
      const answer = await fetch(`${api.url}/internal/attempts/${held.attemptId}/output?${query}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${TOKENS.worker}`, 'content-type': type },
        body: '{}',
      })
      expect(answer.status).toBe(415)
    }
  })

  test.each([{ fence: 2 }, { offset: -1 }, { worker: 'other' }])(
    'shows who sends it: %j is refused',
    async (wrong) => {
      const running = await runningTask()
      const other = await running.api.join()
      const worker = 'worker' in wrong ? other : running.worker
      const held = { ...running.held, ...('fence' in wrong && { fence: wrong.fence }) }
      const sent = worker.client.appendOutput(held, 'offset' in wrong ? -1 : 0, Buffer.from('x'))
      await expect(sent).rejects.toMatchObject({ status: 'offset' in wrong ? 400 : 409 })
      expect(await output(running)).toBe('')
      expect(await running.api.plane.spool.list()).toEqual([])
    },
  )
})
