import { createServer, type IncomingHttpHeaders } from 'node:http'

import { listen } from '@sleepless/testing'
import { expect, onTestFinished, test } from 'vitest'

import { checkCredential } from './check-credential.ts'

const KEY = { kind: 'api-key', value: 'sk-ant-api03-made-up' } as const
const TOKEN = { kind: 'oauth-token', value: 'sk-ant-oat01-made-up' } as const

interface Provider {
  readonly url: string
  readonly asked: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[]
}

async function provider(status: number): Promise<Provider> {
  const asked: Provider['asked'] = []
  const server = createServer(({ url, headers }, response) => {
    asked.push({ url, headers })
    response.writeHead(status, { location: '/elsewhere' }).end('{}')
  })
  const { url, close } = await listen(server)
  onTestFinished(close)
  return { url, asked }
}

test.each([
  [200, true],
  [401, false],
  [403, false],
  [302, undefined],
  [404, undefined],
  [429, undefined],
  [500, undefined],
])('an answer of %i means %s', async (status, accepted) => {
  const { url, asked } = await provider(status)
  expect(await checkCredential(KEY, url)).toBe(accepted)
  expect(asked).toHaveLength(1)
})

test('an API key and an OAuth token are shown as the provider expects them', async () => {
  const { url, asked } = await provider(200)
  await checkCredential(KEY, url)
  await checkCredential(TOKEN, `${url}/`)
  expect(asked).toMatchObject([
    { url: '/v1/models?limit=1', headers: { 'x-api-key': KEY.value } },
    { url: '/v1/models?limit=1', headers: { authorization: `Bearer ${TOKEN.value}` } },
  ])
  expect(asked[1]?.headers).not.toHaveProperty('x-api-key')
})

test('no answer means nothing', async () => {
  const { url, close } = await listen(createServer())
  await close()
  expect(await checkCredential(KEY, url)).toBeUndefined()
})
