// The linter reads test files without the settings of this package: it needs telling.
/// <reference lib="esnext.disposable" />

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { describe, expect, test } from 'vitest'

import { runService } from './service.ts'

interface Service extends AsyncDisposable {
  readonly child: ChildProcessByStdio<Writable, Readable, null>
  line(): Promise<string | undefined>
  /** Exit code, or the name of a signal. */
  readonly ended: Promise<unknown>
}

function start(mode: 'plain' | 'hang'): Service {
  const script = fileURLToPath(new URL('fixtures/service-main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', script, mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const closed = once(child, 'close')
  return {
    child,
    ended: closed.then(([code, signal]: unknown[]) => code ?? signal),
    async line() {
      const { value } = await lines.next()
      return value
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

describe('a service', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'that gets %s closes what it opened, newest first, and ends well',
    async (signal) => {
      await using service = start('plain')
      expect(await service.line()).toBe('started')
      service.child.kill(signal)
      expect(await service.line()).toBe('closed the last')
      expect(await service.line()).toBe('closed the first')
      expect(await service.line()).toBe('ended')
      expect(await service.ended).toBe(0)
    },
  )

  test('that does not come to an end is ended by a second signal', async () => {
    await using service = start('hang')
    expect(await service.line()).toBe('started')
    service.child.kill('SIGTERM')
    expect(await service.line()).toBe('closed the last')
    service.child.kill('SIGTERM')
    expect(await service.ended).toBe(130)
  })

  test('that cannot start closes what it has opened so far', async () => {
    const closed: string[] = []
    const running = runService((resources) => {
      resources.defer(() => void closed.push('first'))
      resources.defer(() => void closed.push('last'))
      return Promise.reject(new Error('the port is taken'))
    }, new AbortController().signal)
    await expect(running).rejects.toThrow('the port is taken')
    expect(closed).toEqual(['last', 'first'])
  })

  test('that is asked to stop while it starts stops once it has started', async () => {
    const controller = new AbortController()
    const closed: string[] = []
    await runService(async (resources) => {
      controller.abort()
      resources.defer(() => void closed.push('opened afterwards'))
    }, controller.signal)
    expect(closed).toEqual(['opened afterwards'])
  })
})
