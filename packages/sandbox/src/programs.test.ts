import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { getuid } from 'node:process'

import type { EnclosedCommand } from '@sleepless/domain'
import {
  bashScript,
  claudeBinary,
  claudeEnvironment,
  createScriptedModel,
  ensureProgram,
} from '@sleepless/testing'
import { beforeAll, expect, test } from 'vitest'

import { createSandbox } from './create-sandbox.ts'
import { createAttempt, run, shell } from './fixtures/run-inside.ts'

const sandbox = createSandbox()
const OPTIONS = ['-p', '--model', 'sonnet', '--output-format', 'stream-json', '--verbose']
const SOCKET = '/run/sleepless/model.sock'

beforeAll(async () => {
  await ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' })
  await ensureProgram({ program: 'perl', debianPackage: 'perl-base' })
})

/** What stands in for the gateway: a unix socket that leads to a port. */
async function forward(path: string, url: string): Promise<Server> {
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1')
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.pipe(far).pipe(near)
  })
  server.listen(path)
  await once(server, 'listening')
  return server
}

test('Claude Code works, with all its tools, and reaches its model through a socket', async () => {
  await using attempt = await createAttempt()
  const script = bashScript(
    'id -u > who.txt; git init -q . && git commit -q --allow-empty -m first 2>&1; git log --format=%s',
    'It is done.',
  )
  await using model = await createScriptedModel({ script })
  const hostPath = join(attempt.folder, 'model.sock')
  const server = await forward(hostPath, model.url)
  const environment = claudeEnvironment({ modelUrl: 'http://api.local', home: '/config' })
  const author = { NAME: 'An agent', EMAIL: 'agent@localhost' }
  const authors = Object.entries(author).flatMap(([key, value]) =>
    ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_${key}`, value] as const),
  )
  const command: EnclosedCommand = {
    file: claudeBinary(),
    args: [...OPTIONS, '--dangerously-skip-permissions'],
    env: { ...environment, ...Object.fromEntries(authors), ANTHROPIC_UNIX_SOCKET: SOCKET },
    workspacePath: attempt.workspacePath,
    homePath: attempt.homePath,
    sockets: [{ hostPath, path: SOCKET }],
  }
  const { output, errors, exitCode } = await run(sandbox, command, 'Do it.')
  server.close()

  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
  expect(output).toContain('"content":"first"')
  expect(output).toContain('It is done.')
  expect(await readFile(join(attempt.workspacePath, 'who.txt'), 'utf8')).toBe('1000\n')
})

test('files that are made inside belong to the user of the worker', async () => {
  await using attempt = await createAttempt()
  await run(sandbox, shell(attempt, 'mkdir made; echo text > made/file; echo setting > ~/file'))
  for (const path of ['tree/made', 'tree/made/file', 'home/file']) {
    expect((await stat(join(attempt.folder, path))).uid).toBe(getuid?.())
  }
})

test('the environment, the paths and the user are the same on every host', async () => {
  await using attempt = await createAttempt()
  const script = 'pwd; echo $HOME $SECRET; id -un; hostname; cat /etc/passwd | wc -l; ls /'
  const { output } = await run(
    sandbox,
    shell(attempt, script, { env: { PATH: '/usr/bin:/bin', SECRET: 'a b\nc' } }),
  )
  expect(output).toMatch(/^\/workspace\n\/config a b c\nagent\nsandbox\n3\nbin\n/)
})

test('a directory of the host can be read at its own path, and not be written', async () => {
  await using attempt = await createAttempt()
  const objects = join(attempt.folder, 'mirror.git', 'objects')
  await mkdir(objects, { recursive: true })
  await writeFile(join(objects, 'pack'), 'an object')
  await writeFile(join(dirname(objects), 'config'), 'of the host')
  const script = `cat ${objects}/pack; cat ${objects}/../config; echo x > ${objects}/pack`
  const { output, errors } = await run(
    sandbox,
    shell(attempt, script, { readOnlyPaths: [objects] }),
  )
  expect(output).toBe('an object')
  expect(errors).toContain('config: No such file')
  expect(errors).toContain('Read-only file system')
})

test('a program outside of the system is shown, and nothing beside it', async () => {
  await using attempt = await createAttempt()
  const file = join(attempt.folder, 'bin', 'program')
  await mkdir(dirname(file))
  await writeFile(file, '#!/bin/sh\necho "$@"; ls $(dirname $0)', { mode: 0o755 })
  await writeFile(join(dirname(file), 'other'), '')
  const command = { ...shell(attempt, ''), file, args: ['a b', '$c'] }
  expect((await run(sandbox, command)).output).toBe('a b $c\nprogram\n')
})

test('Node.js works', async () => {
  await using attempt = await createAttempt()
  const program = 'fetch("data:,fine").then((a) => a.text()).then(console.log)'
  const command = { ...shell(attempt, ''), file: process.execPath, args: ['-e', program] }
  expect(await run(sandbox, command)).toMatchObject({ output: 'fine\n', errors: '', exitCode: 0 })
})

test('pseudo-terminals, threads, locks and servers on loopback work', async () => {
  await using attempt = await createAttempt()
  const server = `use Socket;
    socket(L, 2, 1, 0); bind(L, pack_sockaddr_in(0, inet_aton("127.0.0.1"))) or die $!; listen(L, 1);
    if (!fork) { socket(S, 2, 1, 0); connect(S, getsockname(L)) or die $!; print <S>; exit }
    accept(C, L); print C "served"; close C; wait`
  const script = `script -qec 'tty' /dev/null; flock lock echo locked; perl -e '${server}'`
  const { output } = await run(sandbox, shell(attempt, script))
  expect(output.replaceAll('\r', '')).toBe('/dev/pts/0\nlocked\nserved')
})

test('the kernel says that memory ran out', async () => {
  await using attempt = await createAttempt()
  const small = createSandbox({ limits: { memoryBytes: 100_000_000, temporaryBytes: 2 ** 30 } })
  const isCounted = (
    await small.probe().then((found) => (found.available ? found.limits : []))
  ).some(({ limit, mechanism }) => limit === 'memory' && mechanism !== 'rlimit')
  const script = 'head -c 300000000 /dev/zero > /tmp/large'
  const { limitsHit } = await run(small, shell(attempt, script))
  expect(limitsHit).toEqual(isCounted ? ['memory'] : [])
})

test.each([
  ['a link in place of the workspace', { workspacePath: '/proc/self/cwd' }],
  ['a directory that is not there', { homePath: '/nonexistent' }],
  ['a relative path', { file: 'program' }],
  ['a socket that is none', { sockets: [{ hostPath: '/etc/passwd', path: '/run/a' }] }],
  ['a variable that would become an option', { env: { A: 'b\0--bind\0/\0/host' } }],
  ['a program that env(1) would take for a variable', { file: '/tmp/a=b/c' }],
])('refuses %s', async (_, wrong) => {
  await using attempt = await createAttempt()
  await expect(sandbox.enclose({ ...shell(attempt, 'true'), ...wrong })).rejects.toMatchObject({
    code: 'SANDBOX_UNAVAILABLE',
  })
})
