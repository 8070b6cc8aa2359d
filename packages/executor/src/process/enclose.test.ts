import type { EnclosedCommand, Sandbox } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { enclose, type Shut } from './enclose.ts'

const COMMAND = {
  file: '/opt/claude/claude',
  args: ['-p'],
  env: { HOME: '/config', LANG: 'C' },
  cwd: '/workspace',
  input: 'hi',
  keepsInput: true,
  runId: 'att_1',
  directories: ['/workspace', '/config'],
}

/** Shuts nothing in, and remembers what it was asked for. */
async function enclosed(): Promise<{ asked: EnclosedCommand; shut: Shut }> {
  const asked: EnclosedCommand[] = []
  const sandbox: Sandbox = {
    probe: () => Promise.reject(new Error('nobody asks')),
    enclose(command) {
      asked.push(command)
      return Promise.resolve({
        file: '/bin/launcher',
        args: ['--there'],
        env: { PATH: '/bin' },
        descriptors: [7],
        limits: [],
        diskFull: new Promise(() => undefined),
        limitsHit: () => Promise.resolve([]),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      })
    },
  }
  const context = {
    workspacePath: '/host/tree',
    homePath: '/host/home',
    readOnlyPaths: ['/host/mirror/objects'],
    egress: {
      socket: { hostPath: '/tmp/egress/1', path: '/run/egress.sock', port: 1080 },
      env: { HTTPS_PROXY: 'http://127.0.0.1:1080' },
    },
  }
  const sockets = { '/run/model.sock': '/tmp/gateway/1' }
  const shut = await enclose(COMMAND, { sandbox, context, sockets })
  const [command] = asked
  if (command === undefined) throw new Error('nothing was to be shut in')
  return { asked: command, shut }
}

test('a command is shut in with the directories of the host, and what it borrows', async () => {
  const { asked } = await enclosed()
  expect(asked).toMatchObject({
    file: '/opt/claude/claude',
    args: ['-p'],
    workspacePath: '/host/tree',
    homePath: '/host/home',
    readOnlyPaths: ['/host/mirror/objects'],
    sockets: [
      { path: '/run/model.sock', hostPath: '/tmp/gateway/1' },
      { path: '/run/egress.sock', hostPath: '/tmp/egress/1', port: 1080 },
    ],
  })
})

test('the sandbox says where its home is; the mark of the run is inside too', async () => {
  const { asked } = await enclosed()
  expect(asked.env).toEqual({
    LANG: 'C',
    HTTPS_PROXY: 'http://127.0.0.1:1080',
    SLEEPLESS_RUN: expect.stringMatching(/\.att_1$/),
  })
})

test('what is started is the launcher, with the input of the command', async () => {
  const { shut } = await enclosed()
  expect(shut.command).toMatchObject({
    file: '/bin/launcher',
    args: ['--there'],
    env: { PATH: '/bin' },
    descriptors: [7],
    input: 'hi',
    keepsInput: true,
    runId: 'att_1',
  })
})

test('what is left of it is looked for in directories of the host alone: others may be in a /workspace', async () => {
  const { shut } = await enclosed()
  expect(shut.command.directories).toEqual(['/host/tree', '/host/home'])
  expect(shut.command.cwd).toBe('/')
})
