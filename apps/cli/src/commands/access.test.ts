import { loginLinkView, newTokenView, tokenList } from '@sleepless/contracts'
import { describe, expect, test } from 'vitest'

import { makeToken, SECRET } from '../testing/fake-access-routes.ts'
import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { runCaptured, type FinishedRun } from '../testing/run-captured.ts'

function run(api: FakeApi, ...argv: readonly string[]): Promise<FinishedRun> {
  const env = { SLEEPLESS_API_URL: `${api.url}/`, SLEEPLESS_API_TOKEN: TOKEN, NO_COLOR: '1' }
  return runCaptured(argv, { env })
}

describe('login', () => {
  test('prints the link alone on standard output, and how long it is good besides', async () => {
    await using api = await startFakeApi()
    const { stdout, stderr, exitCode } = await run(api, 'login')
    expect({ stdout, exitCode }).toEqual({
      stdout: `${api.url}/login#made-up-secret-of-a-link\n`,
      exitCode: 0,
    })
    expect(stderr).toMatch(/^Good for one browser, and for (?:5m 00s|4m 5\ds)\.\n$/)
  })

  test('prints the answer of the API and the whole address with --json', async () => {
    await using api = await startFakeApi()
    const answer = JSON.parse((await run(api, 'login', '--json')).stdout)
    expect(answer).toEqual({ ...loginLinkView.parse(answer), url: `${api.url}${answer.path}` })
  })
})

describe('tokens create', () => {
  test('prints the secret alone on standard output', async () => {
    await using api = await startFakeApi()
    const made = await run(api, 'tokens', 'create', 'ci', '--scope', 'submit', '--scope', 'read')
    expect(made).toMatchObject({ stdout: `${SECRET}\n`, exitCode: 0 })
    expect(made.stderr).toContain('ci  tok_')
    expect(made.stderr).not.toContain(SECRET)
    expect(api.state.tokens).toMatchObject([{ name: 'ci', scopes: ['submit', 'read'] }])
  })

  test('counts the days of --expires from now', async () => {
    await using api = await startFakeApi()
    const before = Date.now()
    await run(api, 'tokens', 'create', 'ci', '--scope', 'read', '--expires', '30d')
    const expiresMs = Date.parse(api.state.tokens[0]?.expiresAt ?? '')
    const daysMs = 30 * 24 * 60 * 60 * 1000
    expect(expiresMs).toBeGreaterThanOrEqual(before + daysMs)
    expect(expiresMs).toBeLessThanOrEqual(Date.now() + daysMs)
  })

  test('takes a date as well', async () => {
    await using api = await startFakeApi()
    await run(api, 'tokens', 'create', 'ci', '--scope', 'read', '--expires', '2099-01-31T00:00:00Z')
    expect(api.state.tokens).toMatchObject([{ expiresAt: '2099-01-31T00:00:00.000Z' }])
  })

  test('prints the token as the API gives it with --json', async () => {
    await using api = await startFakeApi()
    const { stdout } = await run(api, 'tokens', 'create', 'ci', '--scope', 'read', '--json')
    expect(newTokenView.parse(JSON.parse(stdout)).token).toBe(SECRET)
  })

  test.each([
    ['no scope', ['create', 'ci']],
    ['a scope that there is not', ['create', 'ci', '--scope', 'everything']],
    ['an end that is none', ['create', 'ci', '--scope', 'read', '--expires', 'soon']],
  ])('refuses %s', async (_what, argv) => {
    await using api = await startFakeApi()
    expect((await run(api, 'tokens', ...argv)).exitCode).toBe(2)
    expect(api.state.requests).toEqual([])
  })
})

describe('tokens', () => {
  test('list shows what each may do, and whether it still counts', async () => {
    await using api = await startFakeApi()
    const [good, gone, late] = [
      makeToken({ lastUsedAt: '2026-01-31T10:00:00.000Z' }),
      makeToken({ name: 'old', revokedAt: '2026-01-31T10:00:00.000Z' }),
      makeToken({
        name: 'late',
        scopes: ['read', 'operate'],
        expiresAt: '2026-01-31T10:00:00.000Z',
      }),
    ]
    api.state.tokens.push(good, gone, late)
    const lines = (await run(api, 'tokens', 'list')).stdout.split('\n')
    expect(lines[0]).toMatch(new RegExp(`^ci\t${good.id}\tsubmit\tfor ever\tlast used 2026-01-`))
    expect(lines[1]).toBe(`old\t${gone.id}\tsubmit\trevoked\tnever used`)
    expect(lines[2]).toBe(`late\t${late.id}\tread, operate\texpired\tnever used`)
  })

  test('list prints the list as the API gives it with --json', async () => {
    await using api = await startFakeApi()
    api.state.tokens.push(makeToken())
    const { stdout } = await run(api, 'tokens', 'list', '--json')
    expect(tokenList.parse(JSON.parse(stdout)).items).toEqual(api.state.tokens)
  })

  test('rotate prints the new secret', async () => {
    await using api = await startFakeApi()
    api.state.tokens.push(makeToken({ name: 'deploy' }))
    const id = api.state.tokens[0]?.id ?? ''
    const rotated = await run(api, 'tokens', 'rotate', id, '--overlap', '1h')
    expect(rotated).toMatchObject({ exitCode: 0, stdout: `${SECRET}\n` })
    expect(rotated.stderr).toContain('deploy')
  })

  test('revoke takes a token away', async () => {
    await using api = await startFakeApi()
    api.state.tokens.push(makeToken())
    const id = api.state.tokens[0]?.id ?? ''
    expect(await run(api, 'tokens', 'revoke', id)).toMatchObject({
      exitCode: 0,
      stdout: 'revoked\n',
    })
    expect(api.state.tokens).toEqual([])
  })

  test('that are not there are exit code 3, with where to look', async () => {
    await using api = await startFakeApi()
    const run3 = await run(api, 'tokens', 'revoke', 'tok_0')
    expect(run3.exitCode).toBe(3)
    expect(run3.stderr).toContain('sleepless tokens list')
  })
})
