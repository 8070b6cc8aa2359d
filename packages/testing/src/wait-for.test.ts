import { expect, test } from 'vitest'

import { waitFor, WaitTimeoutError } from './wait-for.ts'

test('returns the first value that is there', async () => {
  let probes = 0
  const probe = (): number | undefined => {
    probes += 1
    return probes === 3 ? 0 : undefined
  }
  expect(await waitFor(probe, { description: 'zero', intervalMs: 1 })).toBe(0)
})

test('takes an error for "not yet"', async () => {
  let probes = 0
  const probe = async (): Promise<string> => {
    probes += 1
    if (probes < 3) throw new Error('not yet')
    return 'there'
  }
  expect(await waitFor(probe, { description: 'it', intervalMs: 1 })).toBe('there')
})

test('names what it waited for and the last error', async () => {
  const failure = new Error('connection refused')
  const probe = (): Promise<never> => Promise.reject(failure)
  const waiting = waitFor(probe, { description: 'the server', timeoutMs: 30, intervalMs: 1 })
  await expect(waiting).rejects.toThrow(
    new WaitTimeoutError('waited 30 ms for the server; last error: connection refused'),
  )
})

test('gives up on a probe that hangs', async () => {
  const waiting = waitFor(() => new Promise(() => {}), { description: 'ever', timeoutMs: 30 })
  await expect(waiting).rejects.toThrow('waited 30 ms for ever')
})
