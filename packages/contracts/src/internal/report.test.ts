import { FAILURE_CODES } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { controlMessage, orderMessage } from '../order.ts'
import { artifactQuery } from './artifact.ts'
import { finishBody, outputQuery, reportBatch } from './report.ts'
import { heartbeatBody } from './worker.ts'

const UUID = '00000000-0000-7000-8000-000000000001'
const proof = { workerId: `wrk_${UUID}`, fence: 1 }
const at = '2026-01-01T00:00:00.000Z'
const usage = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }
const succeeded = { kind: 'succeeded', summary: 'x', warnings: [] }

const takes = (
  schema: { safeParse: (value: unknown) => { success: boolean } },
  value: unknown,
): boolean => schema.safeParse(value).success

describe('a batch of reports', () => {
  const batch = (fields: object): unknown => ({
    ...proof,
    firstSeq: 1,
    reports: [{ type: 'acted', at, action: 'x' }],
    ...fields,
  })

  test('may hold every kind of report', () => {
    const reports = [
      { type: 'started', at, pid: 1 },
      { type: 'ready', at, model: 'm', version: '2' },
      { type: 'acted', at, action: 'x' },
      { type: 'warned', at, message: 'x' },
    ]
    expect(takes(reportBatch, batch({ reports }))).toBe(true)
  })

  test.each([
    [{ firstSeq: 0 }],
    [{ firstSeq: 1.5 }],
    [{ reports: [] }],
    [{ reports: [{ type: 'output', at, text: 'x' }] }],
    [{ reports: [{ type: 'acted', at, action: 'x'.repeat(501) }] }],
    [{ reports: [{ type: 'acted', at, action: 'x', extra: 1 }] }],
    [{ reports: Array.from({ length: 501 }, () => ({ type: 'acted', at, action: 'x' })) }],
    [{ fence: 0 }],
    [{ workerId: `att_${UUID}` }],
    [{ extra: 1 }],
  ])('cannot have %j', (fields) => {
    expect(takes(reportBatch, batch(fields))).toBe(false)
  })
})

describe('the end of an attempt', () => {
  test.each<object>([
    succeeded,
    { ...succeeded, commit: 'a'.repeat(40), branch: 'b' },
    { kind: 'canceled' },
    { kind: 'interrupted' },
    ...FAILURE_CODES.map((code) => ({ kind: 'failed', failure: { code, message: '' } })),
  ])('may be %j', (outcome) => {
    expect(takes(finishBody, { ...proof, outcome, usage })).toBe(true)
  })

  // What only the control plane can know, a worker cannot say.
  test.each([
    [{ kind: 'lost' }],
    [{ kind: 'expired' }],
    [{ ...succeeded, commit: 'HEAD' }],
    [{ ...succeeded, summary: 'x'.repeat(4001) }],
    [{ kind: 'failed', failure: { code: 'NO_SUCH_CODE', message: '' } }],
  ])('cannot be %j', (outcome) => {
    expect(takes(finishBody, { ...proof, outcome, usage })).toBe(false)
  })

  test.each([
    [{ ...usage, costMicroUsd: -1 }],
    [{ ...usage, costMicroUsd: 0.5 }],
    [{ ...usage, inputTokens: null }],
    [undefined],
  ])('cannot have used %j', (used) => {
    expect(takes(finishBody, { ...proof, outcome: succeeded, usage: used })).toBe(false)
  })
})

test.each([
  [{ offset: '0' }, true],
  [{ offset: '-1' }, false],
  [{ offset: '1.5' }, false],
  [{ offset: 'x' }, false],
  [{ fence: '0', offset: '0' }, false],
])('a chunk of output at %j: %s', (fields, isTaken) => {
  expect(takes(outputQuery, { workerId: proof.workerId, fence: '1', ...fields })).toBe(isTaken)
})

test.each([
  ['ab'.repeat(32), true],
  ['AB'.repeat(32), false],
  ['ab', false],
])('an artifact with the hash %s: %s', (sha256, isTaken) => {
  expect(takes(artifactQuery, { workerId: proof.workerId, fence: '1', sha256 })).toBe(isTaken)
})

test.each([
  [{}, true],
  [{ concurrency: 0 }, false],
  [{ concurrency: 257 }, false],
  [{ attempts: ['att_1'] }, false],
  [{ name: '' }, false],
  [{ token: 'x' }, false],
  [{ executors: { claude: { available: false, code: 'AGENT_NOT_LOGGED_IN', detail: '' } } }, true],
  [{ executors: {} }, true],
  [{ executors: { 'command:a b': { available: true, version: '' } } }, false],
  [{ shortage: { resource: 'disk', detail: '' } }, true],
  [{ shortage: { resource: 'luck', detail: '' } }, false],
  [{ executors: { claude: { available: false, code: 'TIMED_OUT', detail: '' } } }, false],
  [{ executors: { claude: { available: false } } }, false],
])('a heartbeat with %j: %s', (fields, isTaken) => {
  const beat = {
    name: 'host:1',
    concurrency: 1,
    labels: [],
    executors: { claude: { available: true, version: '2' } },
    draining: false,
    attempts: [`att_${UUID}`],
  }
  expect(takes(heartbeatBody, { ...beat, ...fields })).toBe(isTaken)
})

test('messages of a queue that have another form are refused', () => {
  const order = { attemptId: `att_${UUID}`, taskId: `tsk_${UUID}`, fence: 1, pool: '' }
  expect(takes(orderMessage, order)).toBe(true)
  expect(takes(orderMessage, { ...order, fence: 0 })).toBe(false)
  expect(takes(orderMessage, { ...order, taskId: order.attemptId })).toBe(false)
  expect(takes(controlMessage, { type: 'cancel', attemptId: order.attemptId })).toBe(true)
  expect(takes(controlMessage, { type: 'message', attemptId: order.attemptId })).toBe(true)
  expect(takes(controlMessage, { type: 'stop', attemptId: order.attemptId })).toBe(true)
  expect(takes(controlMessage, { type: 'heed' })).toBe(true)
  expect(takes(controlMessage, { type: 'stop' })).toBe(false)
  expect(takes(controlMessage, { type: 'kill', attemptId: order.attemptId })).toBe(false)
})
