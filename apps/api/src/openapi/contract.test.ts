import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'
import createClient from 'openapi-fetch'
import { expect, onTestFinished, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { runningTask } from '../test-kit/running-task.ts'
import { NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'
import type { JsonSchema, Spec, SpecOperation } from './spec.ts'

const spec = JSON.parse(
  readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'),
) as Spec

interface Values {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, string>>
}

interface Told {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

type Call = (
  operationId: string,
  values?: Values,
  options?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
) => Promise<Told>

/** A client that knows the service by its spec alone, and that holds every answer against it. */
function specClient(baseUrl: string): { readonly call: Call; readonly called: Set<string> } {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addFormat('sha256_hex', /^[0-9a-f]{64}$/)
  ajv.addSchema({ $id: 'spec', ...spec })
  const client = createClient({ baseUrl, headers: { authorization: `Bearer ${TOKENS.api}` } })
  // Its types come from specs at compile time; here it has the spec of the moment.
  const request = client.request as unknown as (
    method: string,
    path: string,
    init: unknown,
  ) => Promise<{ response: Response; data?: unknown; error?: unknown }>
  const called = new Set<string>()
  return {
    called,
    async call(operationId, values = {}, { body, headers } = {}) {
      const [path, method, operation] = placeOf(operationId)
      checkValues(operation, values)
      called.add(operationId)
      const isStream = 'text/event-stream' in (operation.responses['200']?.content ?? {})
      const { response, data, error } = await request(method, path, {
        params: values,
        ...(body !== undefined && { body }),
        ...(headers && { headers }),
        parseAs: isStream ? 'stream' : isJson(operation) ? 'json' : 'text',
      })
      const told = { status: response.status, headers: response.headers, body: error ?? data }
      checkAnswer(ajv, operation, told)
      if (data instanceof ReadableStream) await data.cancel()
      return told
    },
  }
}

function placeOf(operationId: string): readonly [string, string, SpecOperation] {
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (operation.operationId === operationId) return [path, method, operation]
    }
  }
  throw new Error(`the spec has no ${operationId}`)
}

function isJson({ responses }: SpecOperation): boolean {
  return Object.values(responses).some(({ content = {} }) => 'application/json' in content)
}

/** Whoever goes by the spec can say no more than it names. */
function checkValues({ operationId, parameters = [] }: SpecOperation, values: Values): void {
  const named = parameters.map((one) => ('$ref' in one ? 'header Idempotency-Key' : nameOf(one)))
  const given = Object.entries(values).flatMap(([place, names]) =>
    Object.keys(names as object).map((name) => `${place} ${name}`),
  )
  const unnamed = given.filter((name) => !named.includes(name))
  expect([operationId, unnamed]).toEqual([operationId, []])
}

function nameOf(parameter: { readonly in: string; readonly name: string }): string {
  return `${parameter.in} ${parameter.name}`
}

function checkAnswer(ajv: Ajv2020, operation: SpecOperation, told: Told): void {
  const { operationId, responses } = operation
  const { status, headers, body } = told
  const described = responses[String(status)] ?? (status >= 400 ? responses['default'] : undefined)
  if (described === undefined) {
    throw new Error(`${operationId} answers ${status}: ${JSON.stringify(body)}`)
  }
  for (const name of Object.keys(described.headers ?? {})) {
    expect(headers.get(name), `${operationId} has a header ${name}`).not.toBeNull()
  }
  const { content } = described
  if (content === undefined) {
    expect([headers.get('content-type'), body]).toEqual([null, undefined])
    return
  }
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  expect([operationId, ...Object.keys(content)]).toContain(type)
  if (!type.endsWith('json')) return
  const validate = ajv.compile(located(content[type]?.schema ?? {}))
  validate(body)
  expect(validate.errors, `${operationId}: ${JSON.stringify(body)}`).toBeNull()
}

/** References within the spec, as those of a schema that stands outside of it. */
function located(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"spec#/')) as JsonSchema
}

test('a client that knows the spec alone is answered as it says, whatever it calls', async () => {
  const running = await runningTask()
  const { api, worker, held, taskId } = running
  const { call, called } = specClient(api.url)
  const byId = { path: { id: taskId } }
  const idOf = ({ body }: Told): string => (body as { id: string }).id

  const submitted = await call(
    'submitTask',
    { header: { 'Idempotency-Key': 'once' } },
    { body: { prompt: 'Think.', notBefore: '2999-01-01T00:00:00Z', metadata: { a: [1, null] } } },
  )
  expect(submitted.headers.get('location')).toBe(`/v1/tasks/${idOf(submitted)}`)
  await call('sendMessage', byId, { body: { text: 'In verse.' } })
  await call('listMessages', byId)
  await call('getTask', { path: { id: idOf(submitted) } })
  await call('explainTask', { path: { id: idOf(submitted) } })
  await call('cancelTask', { path: { id: idOf(submitted) } })

  await worker.client.appendOutput(held, 0, Buffer.from('one two'))
  const content = Buffer.from('--- a\n+++ b\n')
  const sha256 = createHash('sha256').update(content).digest('hex')
  const stream = new Blob([content]).stream()
  await worker.client.uploadArtifact(held, { name: 'diff.patch', content: stream, sha256 })
  await worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })
  expect((await call('getTask', byId)).body).toMatchObject({ status: 'succeeded' })
  expect((await call('getOutput', byId)).body).toBe('one two')
  const part = await call('getOutput', { ...byId, header: { range: 'bytes=4-' } })
  expect([part.status, part.body]).toEqual([206, 'two'])
  expect((await call('getDiff', byId)).body).toBe(String(content))
  await call('listArtifacts', byId)
  await call('getArtifact', { path: { id: taskId, name: 'diff.patch' } })
  await call('listAttempts', byId)
  await call('listTaskEvents', { ...byId, query: { limit: 3 } })
  await call('streamEvents', { query: { after: 0 } })
  await call('retryTask', byId, { headers: { 'Idempotency-Key': 'again' } })
  await call('listTasks', { query: { limit: 1, status: 'queued', kind: 'thought' } })

  const project = { name: 'shop', remote: 'https://example.com/shop.git' }
  await call('createProject', {}, { body: project })
  await call('listProjects', { query: { limit: 9 } })
  await call('getProject', { path: { name: 'shop' } })
  for (const name of ['pause', 'resume', 'getHealth', 'listFailures', 'getMetrics', 'isAlive']) {
    await call(name)
  }
  await call('isReady')
  await call('getUsage', { query: { days: 3 } })
  await call('getTaskReport', byId)
  await call('getDayReport', { query: { project: 'shop' } })
  await call('listWorkers', { query: { status: 'online' } })
  for (const name of ['getWorker', 'drainWorker', 'resumeWorker']) {
    await call(name, { path: { id: worker.id } })
  }
  await call('changeProject', { path: { name: 'shop' } }, { body: { concurrency: 2 } })
  await call('removeProject', { path: { name: 'shop' } })
  for (const name of ['getPause', 'getSettings']) await call(name)
  await call('changeSettings', {}, { body: { trashDays: 30 } })
  await call('trashTask', byId)
  await call('restoreTask', byId)
  await call('listTrash', { query: { limit: 9 } })
  await call('emptyTrash', { query: { olderThanDays: 30 } })
  await call('stopService', {}, { body: { reason: 'Enough.' } })
  await call('resume')

  const token = await call('createToken', {}, { body: { name: 'ci', scopes: ['read'] } })
  await call('listTokens', { query: { limit: 9 } })
  const rotated = await call('rotateToken', { path: { id: idOf(token) } })
  await call('revokeToken', { path: { id: idOf(rotated) } })
  const link = await call('createLoginLink')
  const [, secret] = (link.body as { path: string }).path.split('#')
  await call('openSession', {}, { body: { secret } })
  await call('getSession')
  await call('closeSession')

  // A WebSocket is opened by another protocol.
  const operations = Object.values(spec.paths)
    .flatMap((item) => Object.values(item))
    .filter(({ responses }) => !('101' in responses))
  expect([...called].toSorted()).toEqual(operations.map((one) => one.operationId).toSorted())
})

test('what is refused, is refused as the spec says', async () => {
  const { api, taskId } = await runningTask()
  onTestFinished(() => api.stop())
  const { call } = specClient(api.url)
  const missing = { path: { id: taskId.replace(/.$/, (last) => (last === '0' ? '1' : '0')) } }
  expect((await call('getTask', missing)).status).toBe(404)
  expect((await call('submitTask', {}, { body: { prompt: '' } })).status).toBe(400)
  expect((await call('retryTask', { path: { id: taskId } })).status).toBe(409)
  const range = { header: { range: 'bytes=99-' } }
  expect((await call('getOutput', { path: { id: taskId }, ...range })).status).toBe(416)
  const anonymous = { headers: { authorization: 'Bearer wrong' } }
  expect((await call('listTasks', {}, anonymous)).status).toBe(401)
})
