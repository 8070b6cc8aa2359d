import { describe, expect, test } from 'vitest'

import { ApiError, ApiUnreachableError } from './errors.ts'
import { createPatience } from './patience.ts'

const away = new ApiUnreachableError('http://127.0.0.1:9')

function apiError(status: number): ApiError {
  return new ApiError({ type: 'about:blank', title: '', status, detail: '', code: 'X' })
}

describe('patience', () => {
  test('waits longer after each failure, up to five seconds', () => {
    const patience = createPatience(() => 0)
    const delays = Array.from({ length: 7 }, () => patience.nextDelayMs(away))
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000])
  })

  test('begins anew once the service has answered', () => {
    const patience = createPatience(() => 0)
    patience.nextDelayMs(away)
    patience.reset()
    expect(patience.nextDelayMs(away)).toBe(250)
  })

  test('ends after ten minutes without an answer', () => {
    let nowMs = 0
    const patience = createPatience(() => nowMs)
    patience.nextDelayMs(away)
    nowMs = 10 * 60_000 + 1
    expect(() => patience.nextDelayMs(away)).toThrow(away)
  })

  test.each([500, 502, 503, 429])('covers an answer of %i', (status) => {
    expect(createPatience(() => 0).nextDelayMs(apiError(status))).toBe(250)
  })

  test.each([400, 401, 404, 409])('does not cover an answer of %i', (status) => {
    expect(() => createPatience(() => 0).nextDelayMs(apiError(status))).toThrow(ApiError)
  })
})
