import { execFile } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { ensureProgram, temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { makeTask } from '../testing/fixtures.ts'
import { SHELLS, type Shell } from './scripts.ts'

// What is installed: it runs what was built, so `pnpm build` comes first.
const BIN = fileURLToPath(new URL('../../bin/sleepless.js', import.meta.url))
const run = promisify(execFile)

/** Each has the shell's own machinery complete `$LINE`, and print what it would offer. */
const drivers: Readonly<Record<Shell, string>> = {
  bash: `source <(sleepless completion bash)
read -ra COMP_WORDS <<< "$LINE"
[[ "$LINE" == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_sleepless
printf '%s\\n' "\${COMPREPLY[@]}"`,
  // zsh completes in its line editor alone: what it would be told is taken in its place.
  zsh: `compdef() { : }
_describe() { print -rl -- "\${(@)\${(@P)2}%%:*}" }
_files() { print -rl -- "$PWD"/* }
source <(sleepless completion zsh)
words=(\${(z)LINE})
[[ "$LINE" == *' ' ]] && words+=('')
CURRENT=\${#words}
_sleepless || true`,
  fish: `sleepless completion fish | source
complete --do-complete "$LINE" | string replace -r '\\t.*' ''
true`,
}

async function complete(shell: Shell, line: string, api?: FakeApi): Promise<readonly string[]> {
  const program = await ensureProgram({ program: shell, debianPackage: shell })
  await using directory = await temporaryDirectory()
  const command = path.join(directory.path, 'sleepless')
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`)
  chmodSync(command, 0o755)
  writeFileSync(path.join(directory.path, 'plan.md'), '')
  const env = {
    PATH: `${directory.path}:${process.env['PATH']}`,
    HOME: directory.path,
    LINE: line,
    SLEEPLESS_API_TOKEN: TOKEN,
    SLEEPLESS_API_URL: api?.url ?? 'http://127.0.0.1:9',
  }
  const { stdout, stderr } = await run(program, ['-c', drivers[shell]], {
    env,
    cwd: directory.path,
  })
  // Nothing may be written into the line that is being typed.
  expect(stderr).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

describe.each(SHELLS)('%s completes', (shell) => {
  test('commands', async () => {
    expect(await complete(shell, 'sleepless ')).toEqual(
      expect.arrayContaining(['think', 'check', 'doctor', 'tokens']),
    )
  })

  test('commands below commands', async () => {
    expect((await complete(shell, 'sleepless tokens ')).toSorted()).toEqual(
      ['create', 'list', 'revoke', 'rotate'].toSorted(),
    )
  })

  test('options, those of all commands too', async () => {
    expect(await complete(shell, 'sleepless think --')).toEqual(
      expect.arrayContaining(['--priority', '--wait', '--json']),
    )
  })

  test('the choices of an option', async () => {
    expect((await complete(shell, 'sleepless think --on-dependency-failure ')).toSorted()).toEqual([
      'fail',
      'run',
      'skip',
    ])
  })

  test('ids of tasks, behind an option with a value', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask({ prompt: 'say: "$(touch owned)" \u001b[2J' }))
    expect(await complete(shell, 'sleepless --url x logs ', api)).toEqual([id])
  })

  test('names of projects', async () => {
    await using api = await startFakeApi()
    api.state.projects.push({
      name: 'shop',
      remote: 'https://example.org/shop.git',
      defaultBranch: null,
      concurrency: null,
      egress: { registries: true, hosts: [] },
      createdAt: '2026-01-31T10:00:00.000Z',
    })
    expect(await complete(shell, 'sleepless think -p ', api)).toEqual(['shop'])
  })

  test('files', async () => {
    const offered = await complete(shell, 'sleepless think --file ')
    expect(offered.map((file) => path.basename(file))).toContain('plan.md')
  })

  test('nothing, and says nothing, where the service does not answer', async () => {
    expect(await complete(shell, 'sleepless logs ')).toEqual([])
  })
})

test('zsh and fish show what a candidate is', async () => {
  await using api = await startFakeApi()
  const { id } = api.state.put(makeTask({ prompt: 'Name three primes.\u001b[2J' }))
  const env = { SLEEPLESS_API_TOKEN: TOKEN, SLEEPLESS_API_URL: api.url, PATH: process.env['PATH'] }
  const { stdout } = await run(process.execPath, [BIN, 'completion', 'fish', '--', 'why', ''], {
    env,
  })
  expect(stdout).toBe(`${id}\tqueued: Name three primes.\n`)
})
