import { tokenId, type AccessToken, type TokenId } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { engineFixture, START, type EngineFixture } from '../fixtures/engine-fixture.ts'
import type { Idempotency } from '../once.ts'
import { offerSession } from './sessions.ts'
import { createToken, revokeToken, rotateToken, type TokenRequest } from './tokens.ts'

const KEY: Idempotency = { key: 'k', bodySha256: 'b' }

function idOf(number: number): TokenId {
  return tokenId(`tok_00000000-0000-7000-8000-${String(number).padStart(12, '0')}`)
}

const CI: TokenRequest = {
  id: idOf(1),
  sha256: 'aa',
  name: 'ci',
  scopes: ['read', 'submit'],
  expiresAt: undefined,
  by: 'admin',
}

function create(
  engine: EngineFixture,
  fields: Partial<TokenRequest> = {},
  idempotency?: Idempotency,
): Promise<AccessToken> {
  return engine.write((tx, deps) => createToken(tx, deps, { ...CI, ...fields }, idempotency))
}

const find = (engine: EngineFixture, sha256: string): Promise<AccessToken | undefined> =>
  engine.read((tx) => tx.tokens.findBySecret(sha256))

describe('a token', () => {
  test('is found by what stands for its secret', async () => {
    await using engine = await engineFixture()
    const token = await create(engine, { expiresAt: new Date(START.getTime() + 1) })
    expect(await find(engine, 'aa')).toEqual(token)
    expect(token).toMatchObject({ kind: 'token', name: 'ci', createdBy: 'admin', createdAt: START })
    expect(await find(engine, 'bb')).toBeUndefined()
    expect(await engine.eventTypes()).toEqual(['token.created'])
  })

  test('has a name that no other in use has', async () => {
    await using engine = await engineFixture()
    await create(engine)
    const again = { id: idOf(2), sha256: 'bb' }
    await expect(create(engine, again)).rejects.toThrow('a token named "ci" is in use')
    await engine.write((tx, deps) => revokeToken(tx, deps, idOf(1)))
    expect(await create(engine, again)).toMatchObject({ id: idOf(2) })
  })

  test('is made once for a key, and its secret is not told again', async () => {
    await using engine = await engineFixture()
    await create(engine, {}, KEY)
    await expect(create(engine, { id: idOf(2), sha256: 'bb' }, KEY)).rejects.toThrow(
      `this request made ${idOf(1)} before`,
    )
    expect(await find(engine, 'bb')).toBeUndefined()
  })
})

describe('rotating', () => {
  const rotation = {
    replaced: idOf(1),
    id: idOf(2),
    sha256: 'bb',
    overlapMs: 1000,
    by: 'admin' as const,
  }

  test('puts another secret in the place of one, which goes on for a while', async () => {
    await using engine = await engineFixture()
    const expiresAt = new Date(START.getTime() + 99_999)
    await create(engine, { expiresAt })
    await engine.write((tx, deps) => rotateToken(tx, deps, rotation))
    expect(await find(engine, 'aa')).toMatchObject({ revokedAt: new Date(START.getTime() + 1000) })
    const { name, scopes } = CI
    expect(await find(engine, 'bb')).toMatchObject({
      name,
      scopes,
      expiresAt,
      revokedAt: undefined,
    })
    expect(await engine.eventTypes()).toEqual(['token.created', 'token.rotated'])
  })

  test.each([
    ['there is not', () => Promise.resolve()],
    [
      'was replaced already',
      async (engine: EngineFixture) => {
        await create(engine)
        const other = { ...rotation, id: idOf(3), sha256: 'cc' }
        await engine.write((tx, deps) => rotateToken(tx, deps, other))
      },
    ],
    [
      'is a link',
      (engine: EngineFixture) =>
        engine.write(
          (tx, deps) => void offerSession(tx, deps, { ...CI, by: 'admin', until: undefined }),
        ),
    ],
  ])('is refused for one that %s', async (_which, prepare) => {
    await using engine = await engineFixture()
    await prepare(engine)
    const rotating = engine.write((tx, deps) => rotateToken(tx, deps, rotation))
    await expect(rotating).rejects.toThrow('there is no token')
  })
})

describe('revoking', () => {
  test('ends a token and what was opened with it, once', async () => {
    await using engine = await engineFixture()
    await create(engine)
    await engine.write((tx, deps) => {
      offerSession(tx, deps, { ...CI, id: idOf(2), sha256: 'bb', by: idOf(1), until: undefined })
      offerSession(tx, deps, { ...CI, id: idOf(3), sha256: 'cc', by: 'admin', until: undefined })
    })
    const revoke = (): Promise<void> => engine.write((tx, deps) => revokeToken(tx, deps, idOf(1)))
    await revoke()
    engine.passMs(1)
    await revoke()
    expect(await find(engine, 'aa')).toMatchObject({ revokedAt: START })
    expect(await find(engine, 'bb')).toMatchObject({ revokedAt: START })
    expect(await find(engine, 'cc')).toMatchObject({ revokedAt: undefined })
    expect((await engine.eventTypes()).filter((type) => type === 'token.revoked')).toHaveLength(1)
  })

  test('is refused for one that there never was', async () => {
    await using engine = await engineFixture()
    const revoking = engine.write((tx, deps) => revokeToken(tx, deps, idOf(1)))
    await expect(revoking).rejects.toThrow('there is no token')
  })
})
