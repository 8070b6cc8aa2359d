import { ApiError, ApiUnreachableError } from '@sleepless/contracts'
import { describe, expect, test } from 'vitest'

import { persist, WaitedTooLongError } from './persist.ts'

const signal = new AbortController().signal

function answer(status: number): ApiError {
  return new ApiError({ type: 'about:blank', title: 'x', status, detail: 'x', code: 'X' })
}

/** Asks something that fails so often, and then succeeds. */
function failing(times: number, error: Error): () => Promise<number> {
  let asked = 0
  return async () => {
    asked++
    if (asked <= times) throw error
    return asked
  }
}

const IMPATIENT = { awayMs: 60_000, brokenMs: 0 }

describe('a question to the service', () => {
  test.each([new ApiUnreachableError('http://x'), answer(503), answer(500)])(
    'is asked again after %s',
    async (error) => {
      expect(await persist(failing(2, error), { signal })).toBe(3)
    },
  )

  test('is not asked again after a refusal', async () => {
    await expect(persist(failing(1, answer(409)), { signal })).rejects.toMatchObject({
      status: 409,
    })
  })

  test('is given up when it goes wrong there again and again', async () => {
    const asked = persist(failing(9, answer(500)), { signal, patience: IMPATIENT })
    await expect(asked).rejects.toThrow(WaitedTooLongError)
  })

  test('is not given up for a database that is full for a while', async () => {
    const patience = IMPATIENT
    expect(await persist(failing(3, answer(503)), { signal, patience })).toBe(4)
  })

  test('is given up when nobody is there for too long', async () => {
    const asked = persist(failing(9, new ApiUnreachableError('http://x')), {
      signal,
      patience: { awayMs: 0, brokenMs: 60_000 },
    })
    await expect(asked).rejects.toThrow(WaitedTooLongError)
  })

  test('ends when nobody wants to know any more', async () => {
    const stop = new AbortController()
    const asked = persist(failing(9, answer(503)), {
      signal: stop.signal,
      onRetry: () => stop.abort(new Error('enough')),
    })
    await expect(asked).rejects.toThrow('enough')
  })
})
