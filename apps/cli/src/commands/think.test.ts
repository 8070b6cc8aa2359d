import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { taskView } from '@sleepless/contracts'
import type { Environment } from '@sleepless/runtime'
import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { makeTask } from '../testing/fixtures.ts'
import { runCaptured, type FinishedRun, type RunOptions } from '../testing/run-captured.ts'

function run(
  api: FakeApi,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<FinishedRun> {
  const env = {
    SLEEPLESS_API_URL: api.url,
    SLEEPLESS_API_TOKEN: TOKEN,
    SLEEPLESS_HOME: '/nonexistent',
  }
  return runCaptured(argv, { env, ...options })
}

test('prints the id on standard output, and what to do next besides', async () => {
  await using api = await startFakeApi()
  const { stdout, stderr, exitCode } = await run(api, ['think', 'which', 'way?'])
  const [task] = api.state.tasks.values()
  expect(exitCode).toBe(0)
  expect(stdout).toBe(`${task?.id}\n`)
  expect(stderr).toContain(`sleepless logs ${task?.id} -f`)
})

test('takes the words as the prompt', async () => {
  await using api = await startFakeApi()
  await run(api, ['think', 'which', 'way?'])
  expect([...api.state.tasks.values()]).toMatchObject([{ prompt: 'which way?', kind: 'thought' }])
})

test('takes the prompt from a pipe, as it is', async () => {
  await using api = await startFakeApi()
  await run(api, ['think'], { stdin: 'line one\n\nline two\n' })
  expect([...api.state.tasks.values()]).toMatchObject([{ prompt: 'line one\n\nline two\n' }])
})

test('takes the prompt from standard input for a dash', async () => {
  await using api = await startFakeApi()
  await run(api, ['think', '-'], { stdin: 'from a pipe' })
  expect([...api.state.tasks.values()]).toMatchObject([{ prompt: 'from a pipe' }])
})

test('leaves a pipe alone when there are words', async () => {
  await using api = await startFakeApi()
  await run(api, ['think', 'words'], { stdin: 'from a pipe' })
  expect([...api.state.tasks.values()]).toMatchObject([{ prompt: 'words' }])
})

test('takes the prompt from a file', async () => {
  await using api = await startFakeApi()
  await using directory = await temporaryDirectory()
  await writeFile(path.join(directory.path, 'plan.md'), '# Plan')
  await run(api, ['think', '--file', 'plan.md'], {
    cwd: directory.path,
    env: { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN },
  })
  expect([...api.state.tasks.values()]).toMatchObject([{ prompt: '# Plan' }])
})

test.each([
  ['no prompt at all', ['think'], {}],
  ['an empty pipe', ['think'], { stdin: ' \n' }],
  ['a file that is not there', ['think', '--file', 'nowhere'], {}],
  ['a file and words', ['think', 'words', '--file', 'nowhere'], {}],
  ['a prompt that is too large', ['think'], { stdin: 'x'.repeat(64 * 1024 + 1) }],
])('refuses %s', async (_name, argv, options) => {
  await using api = await startFakeApi()
  expect((await run(api, argv, options)).exitCode).toBe(2)
  expect(api.state.requests).toEqual([])
})

test('sends every option in the units of the API', async () => {
  await using api = await startFakeApi()
  const options = '-p shop --priority 80 --model opus --timeout 30m --budget 2.50'.split(' ')
  await run(api, ['think', 'x', ...options])
  expect([...api.state.tasks.values()]).toMatchObject([
    {
      kind: 'serious',
      project: 'shop',
      priority: 80,
      model: 'opus',
      timeoutMs: 1_800_000,
      budgetUsd: 2.5,
    },
  ])
})

test('sends what has to come first, who may run it and until when', async () => {
  await using api = await startFakeApi()
  const [one, other] = [api.state.put(makeTask()), api.state.put(makeTask())]
  const options =
    '--on-dependency-failure run --executor command:lint --label gpu --label region=eu ' +
    `--deadline 2027-01-31T22:00:00Z --depends-on ${one.id} --depends-on ${other.id}`
  await run(api, ['think', 'x', ...options.split(' ')])
  expect(api.state.submissions).toEqual([
    {
      prompt: 'x',
      dependsOn: [one.id, other.id],
      onDependencyFailure: 'run',
      executor: 'command:lint',
      labels: ['gpu', 'region=eu'],
      deadline: '2027-01-31T22:00:00.000Z',
    },
  ])
})

test('prints the task as the API gives it with --json', async () => {
  await using api = await startFakeApi()
  const { stdout } = await run(api, ['think', 'x', '--json'])
  expect([taskView.parse(JSON.parse(stdout))]).toEqual([...api.state.tasks.values()])
})

describe('on a terminal without a prompt', () => {
  /** An editor that does what the shell command says to the file `$1`. */
  async function editing(
    api: FakeApi,
    script: string,
    extra: Environment = {},
  ): Promise<FinishedRun & { readonly left: readonly string[] }> {
    await using directory = await temporaryDirectory()
    const editor = path.join(directory.path, 'my editor')
    await writeFile(editor, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    const drafts = path.join(directory.path, 'drafts')
    await mkdir(drafts)
    const env = {
      PATH: process.env['PATH'],
      SLEEPLESS_API_URL: api.url,
      SLEEPLESS_API_TOKEN: TOKEN,
      TMPDIR: drafts,
      EDITOR: `'${editor}' --wait`,
      ...extra,
    }
    const finished = await runCaptured(['think'], { env, isTty: true })
    return { ...finished, left: await readdir(drafts) }
  }

  const write = (text: string): string => `printf '${text}' > "$2.new"
cat "$2" >> "$2.new"
mv "$2.new" "$2"`

  test('opens the editor, and submits what was written above the mark', async () => {
    await using api = await startFakeApi()
    const { exitCode, left } = await editing(api, write('# A plan\\n\\nDo it.\\n'))
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] })
    expect([...api.state.tasks.values()]).toMatchObject([{ prompt: '# A plan\n\nDo it.' }])
  })

  test('shows the text to nobody else', async () => {
    await using api = await startFakeApi()
    await editing(api, `stat -c %a "$2" "$(dirname "$2")" > "$2.modes"; mv "$2.modes" "$2"`)
    expect([...api.state.tasks.values()]).toMatchObject([{ prompt: '600\n700' }])
  })

  test('takes VISUAL before EDITOR', async () => {
    await using api = await startFakeApi()
    const { exitCode } = await editing(api, write('x'), { VISUAL: 'false' })
    expect(exitCode).toBe(2)
  })

  test.each([
    ['is left as it was', 'true'],
    ['is emptied', ': > "$2"'],
    ['is left by an editor that fails', `${write('x')}\nexit 1`],
  ])('submits nothing when the text %s', async (_how, script) => {
    await using api = await startFakeApi()
    expect(await editing(api, script)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Nothing was sent'),
    })
    expect(api.state.requests).toEqual([])
  })
})
