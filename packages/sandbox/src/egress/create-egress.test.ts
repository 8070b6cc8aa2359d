import { execFileSync } from 'node:child_process'
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { ensureProgram } from '@sleepless/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { createSandbox } from '../create-sandbox.ts'
import {
  openEgressBench,
  type EgressBench,
  type EgressBenchOptions,
} from '../fixtures/egress-bench.ts'
import { createAttempt, run, shell } from '../fixtures/run-inside.ts'

beforeAll(() => ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' }))

async function open(options: EgressBenchOptions = {}): Promise<EgressBench> {
  const bench = await openEgressBench(options)
  onTestFinished(() => bench[Symbol.asyncDispose]())
  return bench
}

const connect = (authority: string): string => `CONNECT ${authority} HTTP/1.1\r\nHost: a\r\n\r\n`
const get = (path: string, ...headers: readonly string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: a', 'Connection: close', ...headers, '', ''].join('\r\n')

describe('a host that the project names', () => {
  test.each([
    [['allowed.example'], 'allowed.example:443'],
    [['allowed.example'], 'ALLOWED.example.:443'],
    [['*.example'], 'allowed.example:443'],
    [['both.example'], 'both.example:443'],
  ])('%j: %s is reached', async (hosts, authority) => {
    const bench = await open({ rules: { hosts } })
    expect(await bench.send([connect(authority)])).toEqual([
      'HTTP/1.1 200 Connection established\r\n\r\nINTERNET',
    ])
    expect(bench.told).toEqual([])
  })

  test('is not reached once the attempt has had its share of bytes', async () => {
    const bench = await open({ maxBytes: 10 })
    await bench.send([connect('allowed.example:443')])
    await bench.send([connect('allowed.example:443')])
    expect(bench.told).toEqual(['What this attempt may send and receive is used up.'])
  })
})

test('a flood of refusals is told of in part', async () => {
  const bench = await open()
  await bench.send(Array.from({ length: 40 }, (_, index) => connect(`host-${index}.example:443`)))
  expect(bench.told).toHaveLength(21)
  expect(bench.told.at(-1)).toBe('More was refused, and is not told of.')
})

describe('a registry', () => {
  test('is asked for a path, with nothing that tells who asks', async () => {
    const bench = await open()
    const secrets = ['Authorization: Bearer a', 'Cookie: b', 'X-Npm-Session: c', 'Accept: d']
    const [answer] = await bench.send([get('/@scope%2fname', ...secrets)])
    expect(answer).toMatch(/^HTTP\/1.1 200 [^]*registry: \/npm\/@scope%2fname/)
    expect(answer).not.toMatch(/set-cookie/i)
    expect(bench.asked).toMatchObject([{ method: 'GET', url: '/npm/@scope%2fname' }])
    const headers = Object.keys(bench.asked[0]?.headers ?? {}).toSorted()
    expect(headers).toEqual(['accept', 'accept-encoding', 'connection', 'host'])
  })

  test('is not there for a project that wants none', async () => {
    const bench = await open({ rules: { registries: false } })
    const [answer] = await bench.send([get('/left-pad')])
    expect(answer).toMatch(/^HTTP\/1.1 403 /)
    expect(bench.told).toEqual(['Refused: Package registries are not open to this project.'])
    expect(
      (await bench.shell('echo $npm_config_registry $PIP_INDEX_URL $HTTPS_PROXY')).output,
    ).toBe('http://127.0.0.1:28128\n')
  })

  test('names addresses that lead to the proxy, however it is cut', async () => {
    const bench = await open()
    const upstream = await bench.send([get('/where')])
    expect(upstream[0]).toContain('registry: /npm/where')
    const host = String(bench.asked[0]?.headers.host)
    bench.answers.set('/pypi/simple/tiny/', {
      type: 'application/vnd.pypi.simple.v1+json',
      body: `${'x'.repeat(65_500)}"http://${host}/files/tiny-1.tar.gz" "http://${host}/npm/a" "ü"`,
    })
    const [answer = ''] = await bench.send([get('/_pypi/simple/tiny/')])
    const end = answer.replaceAll(/\r\n[0-9a-f]+\r\n/g, '').slice(-100)
    expect(end).toContain(
      'x"http://127.0.0.1:28128/_pypi-files/tiny-1.tar.gz" "http://127.0.0.1:28128/a" "ü"',
    )
  })

  test('gives npm what it installs, and the lock file keeps the name of the registry', async () => {
    const bench = await open()
    const folder = join(bench.attempt.folder, 'package')
    await mkdir(folder)
    await writeFile(join(folder, 'package.json'), '{"name":"tiny","version":"1.0.0"}')
    await writeFile(join(folder, 'index.js'), 'module.exports = "tiny works"')
    const tar = join(bench.attempt.folder, 'tiny.tgz')
    execFileSync('tar', ['-czf', tar, '-C', bench.attempt.folder, 'package'])
    const dist = { tarball: 'https://registry.npmjs.org/tiny/-/tiny-1.0.0.tgz' }
    const version = { name: 'tiny', version: '1.0.0', dist }
    const packument = {
      name: 'tiny',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': version },
    }
    bench.answers.set('/npm/tiny', {
      type: 'application/vnd.npm.install-v1+json',
      body: JSON.stringify(packument),
    })
    bench.answers.set('/npm/tiny/-/tiny-1.0.0.tgz', {
      type: 'application/octet-stream',
      body: await readFile(tar),
    })
    const npm = await realpath(
      execFileSync('/bin/sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim(),
    )
    const node = process.execPath
    const { output, errors } = await bench.shell(
      `echo '{}' > package.json; ${node} ${npm} install tiny && ${node} -p 'require("tiny")'`,
      [join(npm, '../..'), node],
    )
    expect({ output, errors }).toMatchObject({ output: expect.stringMatching(/tiny works\n$/) })
    const lock = await readFile(join(bench.attempt.workspacePath, 'package-lock.json'), 'utf8')
    expect(lock).toContain('"resolved": "https://registry.npmjs.org/tiny/-/tiny-1.0.0.tgz"')
    expect(bench.told).toEqual([])
  })
})

describe('the bridge', () => {
  test('leaves the program alone: its descriptors, its children, its exit code', async () => {
    const bench = await open()
    // Without a process of its own.
    const look = 'read children < /proc/$$/task/$$/children; echo "<$children>" /proc/$$/fd/*'
    const script = `${look}; cat; exit 7`
    const without = await run(createSandbox(), shell(bench.attempt, script))
    expect(await bench.shell(script)).toEqual(without)
    expect(without).toMatchObject({ exitCode: 7, output: expect.stringMatching(/^<> /) })
  })

  test('hears of no signal that is for the program', async () => {
    const bench = await open()
    const ask = `require('node:http').get('http://127.0.0.1:28128/one', (a) => a.pipe(process.stdout))`
    const { output } = await bench.node(`
      const waiting = setTimeout(() => undefined, 10_000)
      process.on('SIGTERM', () => { clearTimeout(waiting); ${ask} })
      process.kill(0, 'SIGTERM')`)
    expect(output).toBe('registry: /npm/one')
  })

  test('is not there without a way out', async () => {
    await using attempt = await createAttempt()
    const look = 'cat /proc/net/tcp /proc/net/tcp6 | grep -vc local; env | grep -ic proxy; ls /run'
    expect((await run(createSandbox(), shell(attempt, look))).output).toBe('0\n0\n')
  })
})
