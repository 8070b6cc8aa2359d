import { tokenId, type AccessToken, type TokenId } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { engineFixture, START, type EngineFixture } from '../fixtures/engine-fixture.ts'
import { closeSession, noteAdminToken, offerSession, openSession } from './sessions.ts'
import type { LoginRequest } from './sessions.ts'
import { signedBy } from './signed-by.ts'
import { createToken, revokeToken } from './tokens.ts'

const MINUTE_MS = 60_000

function idOf(number: number): TokenId {
  return tokenId(`tok_00000000-0000-7000-8000-${String(number).padStart(12, '0')}`)
}

const LOGIN: LoginRequest = {
  id: idOf(1),
  sha256: 'login',
  scopes: ['read'],
  by: 'admin',
  until: undefined,
}

const offer = (engine: EngineFixture, fields: Partial<LoginRequest> = {}): Promise<AccessToken> =>
  engine.write((tx, deps) => offerSession(signedBy(tx, 'admin'), deps, { ...LOGIN, ...fields }))

const open = (engine: EngineFixture, number = 2): Promise<AccessToken> =>
  engine.write((tx, deps) =>
    openSession(tx, deps, 'login', { id: idOf(number), sha256: `session ${number}` }),
  )

describe('a login', () => {
  test('opens one session, which acts for whoever offered it', async () => {
    await using engine = await engineFixture()
    await offer(engine)
    const session = await open(engine)
    expect(session).toMatchObject({ kind: 'session', scopes: ['read'], createdBy: 'admin' })
    expect(await engine.read((tx) => tx.tokens.findBySecret('session 2'))).toEqual(session)
    await expect(open(engine, 3)).rejects.toThrow('the link was used, or is too old')
    const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 10 }))
    expect(events.map(({ type, data }) => [type, data['by']])).toEqual([
      ['session.offered', 'admin'],
      ['session.opened', 'admin'],
    ])
  })

  test('is good for five minutes', async () => {
    await using engine = await engineFixture()
    await offer(engine)
    engine.passMs(5 * MINUTE_MS)
    await expect(open(engine)).rejects.toThrow('the link was used, or is too old')
  })

  test('does not outlive the token that it was made with, nor does its session', async () => {
    await using engine = await engineFixture()
    const until = new Date(START.getTime() + MINUTE_MS)
    const token = { ...LOGIN, id: idOf(9), sha256: 'token', name: 'ci', expiresAt: until }
    await engine.write((tx, deps) => createToken(tx, deps, token))
    expect(await offer(engine, { by: idOf(9), until })).toMatchObject({ expiresAt: until })
    expect(await open(engine)).toMatchObject({ expiresAt: until })
  })

  test('ends with the token that it was made with', async () => {
    await using engine = await engineFixture()
    const token = { ...LOGIN, id: idOf(9), sha256: 'token', name: 'ci', expiresAt: undefined }
    await engine.write((tx, deps) => createToken(tx, deps, token))
    await offer(engine, { by: idOf(9) })
    await engine.write((tx, deps) => revokeToken(tx, deps, idOf(9)))
    await expect(open(engine)).rejects.toThrow('the link was used, or is too old')
  })

  test.each(['session 2', 'token', 'nothing'])('is not what %s stands for', async (sha256) => {
    await using engine = await engineFixture()
    await offer(engine)
    await open(engine)
    const token = { ...LOGIN, id: idOf(9), sha256: 'token', name: 'ci', expiresAt: undefined }
    await engine.write((tx, deps) => createToken(tx, deps, token))
    const opening = engine.write((tx, deps) =>
      openSession(tx, deps, sha256, { id: idOf(3), sha256: 'x' }),
    )
    await expect(opening).rejects.toThrow('the link was used, or is too old')
  })
})

describe('a session', () => {
  test('ends when it is closed', async () => {
    await using engine = await engineFixture()
    await offer(engine)
    const { id } = await open(engine)
    await engine.write((tx, deps) => closeSession(tx, deps, id))
    expect(await engine.read((tx) => tx.tokens.find(id))).toMatchObject({ revokedAt: START })
    expect((await engine.eventTypes()).at(-1)).toBe('session.closed')
  })

  test('is none that was a login', async () => {
    await using engine = await engineFixture()
    await offer(engine)
    const closing = engine.write((tx, deps) => closeSession(tx, deps, LOGIN.id))
    await expect(closing).rejects.toThrow('there is no token')
  })

  test('of the admin token ends when the installation gets another', async () => {
    await using engine = await engineFixture()
    const note = (sha256: string): Promise<void> =>
      engine.write((tx, deps) => noteAdminToken(tx, deps, sha256))
    await note('first')
    await offer(engine)
    const { id } = await open(engine)
    await note('first')
    expect(await engine.read((tx) => tx.tokens.find(id))).toMatchObject({ revokedAt: undefined })
    await note('second')
    expect(await engine.read((tx) => tx.tokens.find(id))).toMatchObject({ revokedAt: START })
  })

  test('is forgotten some time after its end, as its login is, and no token is', async () => {
    await using engine = await engineFixture()
    const soon = new Date(START.getTime() + 1)
    const token = { ...LOGIN, id: idOf(9), sha256: 'token', name: 'ci', expiresAt: soon }
    await engine.write((tx, deps) => createToken(tx, deps, token))
    await offer(engine)
    await open(engine)
    const far = new Date(START.getTime() + 30 * 24 * 60 * MINUTE_MS)
    expect(await engine.write((tx) => tx.tokens.prune(START, 10))).toBe(0)
    expect(await engine.write((tx) => [1, 2, 3].map(() => tx.tokens.prune(far, 1)))).toEqual([
      1, 1, 0,
    ])
    expect(await engine.read((tx) => tx.tokens.list({ limit: 10 }))).toHaveLength(1)
  })
})
