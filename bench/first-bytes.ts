import { Agent, request } from 'node:http'

import type { Credential } from '@sleepless/domain'
import { createModelGateway } from '@sleepless/gateway'
import { answerScript, createScriptedModel } from '@sleepless/testing'

import { newAttemptId } from './new-ids.ts'

const ROUNDS = 300
const WARM_UP = 50
const BODY = JSON.stringify({
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  stream: true,
  messages: [{ role: 'user', content: 'Think of a number.' }],
})

export interface FirstBytes {
  /** Milliseconds from each request to the first byte of the answer's body. */
  readonly direct: number[]
  readonly gateway: number[]
}

/** The scripted model, asked by itself and through the gateway in turns. */
export async function firstBytes(): Promise<FirstBytes> {
  await using model = await createScriptedModel({ script: answerScript('Seven.') })
  const credential = { kind: 'api-key', value: 'sk-ant-api03-made-up' } as const
  await using gateway = createModelGateway({ credential: () => credential, baseUrl: model.url })
  await using access = await gateway.open({
    attemptId: newAttemptId(),
    budgetMicroUsd: undefined,
    over: 'port',
  })
  const agent = new Agent({ keepAlive: true })
  const times: FirstBytes = { direct: [], gateway: [] }
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const direct = await firstByte(model.url, credential, agent)
    const through = await firstByte(access.url, access.credential, agent)
    if (round < 0) continue
    times.direct.push(direct)
    times.gateway.push(through)
  }
  agent.destroy()
  return times
}

function firstByte(url: string, { value }: Credential, agent: Agent): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
    'x-api-key': value,
  }
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/messages`, { method: 'POST', headers, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`expected 200, got ${answer.statusCode}`))
      let elapsedMs = Number.NaN
      answer.once('data', () => {
        elapsedMs = performance.now() - begun
      })
      answer.on('data', () => undefined)
      answer.on('end', () => resolve(elapsedMs))
    })
    sent.on('error', reject)
    sent.end(BODY)
  })
}
