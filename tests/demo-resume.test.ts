import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { ensureProgram, freePort, startRedis, temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(path.join(root, 'docs/demo-resume.md'), 'utf8')

interface Block {
  readonly prints: string
  readonly code: string
}

const blocks: readonly Block[] = [
  ...page.matchAll(/^<!-- demo: (.*?) *-->\n+```sh\n([\s\S]*?)^```$/gm),
].map(([, prints = '', code = '']) => ({ prints, code }))

/** Runs the page in one shell, which takes all that it has started with it. */
async function runPage(tmp: string, replaced: Readonly<Record<string, string>>): Promise<string> {
  const separated = blocks.map(({ code }) => `printf '\\n@@ next block\\n'\n${code}`).join('\n')
  const script = Object.entries(replaced).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    `trap 'kill $(jobs -p) 2> "$TMPDIR/kill"; wait' EXIT\n${separated}`,
  )
  const shell = spawn('bash', ['-euc', `exec 2>&1\n${script}`], {
    cwd: root,
    env: {
      PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}`,
      HOME: tmp,
      TMPDIR: tmp,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  shell.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  await once(shell, 'close')
  return printed
}

test('docs/demo-resume.md does what it says', async () => {
  await ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' })
  await ensureProgram({ program: 'curl', debianPackage: 'curl' })
  await using redis = await startRedis()
  await using directory = await temporaryDirectory('sleepless-demo-')
  const printed = await runPage(directory.path, {
    '7300': `${await freePort()}`,
    '7400': `${await freePort()}`,
    'redis://127.0.0.1:6379': redis.url,
  })
  const parts = printed.split('\n@@ next block\n').slice(1)
  expect(parts).toEqual(blocks.map(({ prints }) => expect.stringContaining(prints)))
}, 120_000)
