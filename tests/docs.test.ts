import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import {
  createApiClient,
  submitTaskBody,
  taskView,
  type ApiClient,
  type EventView,
} from '@sleepless/contracts'
import {
  createScriptedModel,
  ensureProgram,
  freePort,
  temporaryDirectory,
  writeFileScript,
  type Script,
} from '@sleepless/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { registeredRoutes } from '../apps/api/src/test-kit/registered-routes.ts'
import { commandEntries } from '../apps/cli/src/command-entries.ts'
import { EXIT_CODES } from '../apps/cli/src/exit-codes.ts'
import {
  attemptTransitions,
  EVENT_TYPES,
  failureReasons,
  taskTransitions,
} from '../packages/domain/src/index.ts'
import { environmentFields } from '../packages/runtime/src/index.ts'
import { ATTACKS } from '../packages/sandbox/src/fixtures/attacks.ts'
import { EGRESS_ATTACKS } from '../packages/sandbox/src/fixtures/egress-attacks.ts'
import { anchorsOf, codeIn, examplesIn, linksIn, tableRows } from './harness/markdown.ts'
import { createRemote, git } from './harness/repository.ts'
import { isReady } from './harness/service.ts'
import { startSleepless } from './harness/sleepless.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).toSorted()
const read = (page: string): string => readFileSync(path.join(root, page), 'utf8')

const notes = (file: string): Script =>
  writeFileScript({ path: file, content: 'written down\n', answer: `I wrote ${file}.` })

const resources = new AsyncDisposableStack()
let home: string
let port: number
let client: ApiClient

// As a reader has it: nothing is set but the port and a credential, and the home is where it is by default.
beforeAll(async () => {
  await ensureProgram({ program: 'curl', debianPackage: 'curl' })
  const model = resources.use(
    await createScriptedModel({
      scripts: [{ when: /riddle/, turns: notes('riddle.md') }],
      script: notes('notes.md'),
    }),
  )
  home = resources.use(await temporaryDirectory('sleepless-docs-')).path
  port = await freePort()
  const service = resources.use(
    startSleepless(['up'], {
      HOME: home,
      SLEEPLESS_API_PORT: String(port),
      ANTHROPIC_API_KEY: 'made-up-key-of-the-docs',
      ANTHROPIC_BASE_URL: model.url,
      WORKER_COMMANDS: 'words=/usr/bin/wc -w',
    }),
  )
  const url = `http://127.0.0.1:${port}`
  await isReady({ client: createApiClient({ url, token: 'none' }) }, service)
  const token = readFileSync(path.join(home, '.sleepless/secrets/api-token'), 'utf8').trim()
  client = createApiClient({ url, token })
  git(home, 'clone', '--quiet', createRemote(home), 'code/shop')
  await writePnpm()
})
afterAll(() => resources.disposeAsync())

/** `pnpm exec` without pnpm's own check of the dependencies, which takes longer than the examples. */
async function writePnpm(): Promise<void> {
  const file = path.join(home, 'bin', 'pnpm')
  await mkdir(path.dirname(file))
  await writeFile(file, `#!/bin/sh\nshift\nexec "${root}node_modules/.bin/$@"\n`)
  await chmod(file, 0o755)
}

/** Runs the examples of a page in one shell, from top to bottom. @returns what each has printed. */
async function runAll(codes: readonly string[]): Promise<readonly string[]> {
  const script = codes
    .map((code) => `printf '\\n@@ next example\\n'\n${code}`)
    .join('\n')
    // The one thing that differs from what a reader types.
    .replaceAll('127.0.0.1:7300', `127.0.0.1:${port}`)
  const folders = [path.join(home, 'bin'), path.dirname(process.execPath), process.env['PATH']]
  const env = { HOME: home, PATH: folders.join(':'), LC_ALL: 'C' }
  const run = promisify(execFile)
  const { stdout } = await run('sh', ['-euc', `exec 2>&1\n${script}`], { cwd: home, env })
  return stdout.split('\n@@ next example\n').slice(1)
}

describe('the examples', () => {
  const withExamples = pages.filter((page) => examplesIn(read(page)).length > 0)

  test('are found where they should be', () => {
    expect(withExamples).toEqual(
      expect.arrayContaining(['README.md', 'docs/api.md', 'docs/cli.md', 'docs/events.md']),
    )
  })

  test.each(withExamples)(
    'of %s do what they say',
    async (page) => {
      const examples = examplesIn(read(page))
      const printed = await runAll(examples.map(({ code }) => code))
      expect(printed).toEqual(examples.map(({ prints }) => expect.stringContaining(prints)))
    },
    180_000,
  )

  test('leave only events that docs/events.md describes, with the fields that it names', async () => {
    const unexpected = (await allEvents()).filter(({ type, data }) => {
      const { required, optional } = documentedFields(type)
      const known = [...required, ...optional, 'by']
      const isWhole = required.every((field) => field in data)
      return !isWhole || Object.keys(data).some((field) => !known.includes(field))
    })
    expect(unexpected).toEqual([])
  })
})

async function allEvents(): Promise<readonly EventView[]> {
  const { items: tasks } = await client.tasks({ limit: 200 })
  const lists = await Promise.all(tasks.map(({ id }) => client.taskEvents(id, { limit: 200 })))
  const last = Math.max(...lists.flatMap(({ items }) => items.map(({ id }) => id)))
  const events: EventView[] = []
  const stop = new AbortController()
  for await (const event of client.events({ after: 0, signal: stop.signal })) {
    events.push(event)
    if (event.id >= last) break
  }
  stop.abort()
  return events
}

function documentedFields(type: string): { required: string[]; optional: string[] } {
  const row = tableRows(read('docs/events.md'), '## Types').find(([name]) => name === `\`${type}\``)
  const fields = codeIn(row?.[2] ?? '').filter((code) => /^\w+\??$/.test(code))
  return {
    required: fields.filter((field) => !field.endsWith('?')),
    optional: fields.filter((field) => field.endsWith('?')).map((field) => field.slice(0, -1)),
  }
}

describe.each(pages)('%s', (page) => {
  test('has no link that leads nowhere', () => {
    const dead = linksIn(read(page))
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#')
        const linked = path.join(path.dirname(page), file === '' ? path.basename(page) : file)
        if (!existsSync(path.join(root, linked))) return true
        return anchor !== undefined && !anchorsOf(read(linked)).includes(anchor)
      })
    expect(dead).toEqual([])
  })

  test('names no file that is not there', () => {
    const named = codeIn(read(page)).filter((code) =>
      /^(?:apps|packages|tests|docs|deploy)\/[\w./-]+$/.test(code),
    )
    const isTemplate = (file: string): boolean => file.includes('NNNN')
    expect(named.filter((file) => !isTemplate(file) && !existsSync(path.join(root, file)))).toEqual(
      [],
    )
  })
})

/** Code spans alone in the first cells of a table. */
function firstCells(page: string, heading: string): readonly string[] {
  return tableRows(read(page), heading).flatMap(([cell = '']) => codeIn(cell))
}

describe('what is said in two places is the same:', () => {
  test.each([
    ['### Of a task', taskTransitions],
    ['### Of an attempt', attemptTransitions],
  ])('the states in ARCHITECTURE.md, %s', (heading, transitions) => {
    expect(tableRows(read('ARCHITECTURE.md'), heading)).toEqual(movesOf(transitions))
  })

  test('the failures in docs/failures.md', () => {
    const yesNo = (fact: boolean): string => (fact ? 'yes' : 'no')
    const rows = Object.entries(failureReasons).map(
      ([code, { cause, remedy, retryable, counted }]) => [
        `\`${code}\``,
        cause,
        remedy,
        yesNo(retryable),
        yesNo(counted),
      ],
    )
    expect(tableRows(read('docs/failures.md'), '# Failures')).toEqual(rows)
  })

  test('the types in docs/events.md', () => {
    expect(firstCells('docs/events.md', '## Types').toSorted()).toEqual(EVENT_TYPES.toSorted())
  })

  test('the variables in README.md, with their defaults', () => {
    const rows = tableRows(read('README.md'), '## Configuration')
    expect(rows.map(([name, value]) => [name, value])).toEqual(
      Object.entries(environmentFields).map(([name, field]) => [
        `\`${name}\``,
        defaultCell(field.safeParse(undefined).data),
      ]),
    )
  })

  test('the routes in docs/api.md', async () => {
    const documented = firstCells('docs/api.md', '## Routes')
    const routes = (await registeredRoutes()).map(({ method, url }) => `${method} ${url}`)
    expect(documented.toSorted()).toEqual(routes.toSorted())
  })

  test('the fields of tasks in docs/api.md', () => {
    const given = firstCells('docs/api.md', '## Submitting a task')
    expect(given.toSorted()).toEqual(Object.keys(submitTaskBody.shape).toSorted())
    const shown = firstCells('docs/api.md', '## A task')
    const asGiven = given.filter((field) => !['notBefore', 'dependsOn'].includes(field))
    expect([...shown, ...asGiven].toSorted()).toEqual(Object.keys(taskView.shape).toSorted())
  })

  test('the codes of problems in docs/api.md', () => {
    expect(firstCells('docs/api.md', '## Errors').toSorted()).toEqual(problemCodes().toSorted())
  })

  test('the commands and exit codes in docs/cli.md', () => {
    expect(firstCells('docs/cli.md', '# Command line').toSorted()).toEqual(
      commandEntries.map(({ name }) => name).toSorted(),
    )
    expect(tableRows(read('docs/cli.md'), '## Exit codes').map(([code]) => Number(code))).toEqual(
      Object.values(EXIT_CODES),
    )
  })

  test('the attacks in docs/security.md', () => {
    const named = (heading: string): readonly string[] =>
      tableRows(read('docs/security.md'), heading).map(([name = '']) => name)
    expect(named('## Attacks')).toEqual(ATTACKS.map(({ name }) => name))
    expect(named('### Getting out')).toEqual(EGRESS_ATTACKS.map(({ name }) => name))
    const ofTests = /(?:^test\(|\]\)\()\s*'([^'%:]+)/gm
    const onApi = [...read('apps/api/src/attacks.test.ts').matchAll(ofTests)]
      .map(([, name = '']) => name.trim())
      .filter((name) => !name.startsWith('and '))
    expect(named('### Attacks on the api')).toEqual(onApi)
    const tried = read('packages/sandbox/src/lifetime.test.ts')
    expect(named('### Staying').filter((name) => !tried.includes(`test('${name}'`))).toEqual([])
  })

  test('the list in docs/adr/README.md', () => {
    const decisions = globSync('[0-9]*.md', { cwd: path.join(root, 'docs/adr') }).toSorted()
    expect(linksIn(read('docs/adr/README.md'))).toEqual(decisions)
    for (const file of decisions) {
      const [title = ''] = read(`docs/adr/${file}`).split('\n')
      const [number, ...words] = title.replace('# ', '').split(' ')
      expect(read('docs/adr/README.md')).toContain(`[${number}](${file}) ${words.join(' ')}\n`)
    }
  })
})

function movesOf(transitions: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  return Object.entries(transitions).flatMap(([from, moves]) =>
    Object.entries(moves).map(([move, to]) => [`\`${from}\``, move, `\`${to}\``]),
  )
}

function defaultCell(value: string | number | readonly unknown[] | undefined): string {
  const text = String(value ?? '').replace(homedir(), '~')
  return text === '' ? '–' : `\`${text}\``
}

/** Every code that the sources of the api give to a problem. */
function problemCodes(): readonly string[] {
  const files = globSync('apps/api/src/**/*.ts', { cwd: root })
  const sources = files.filter((file) => !/\.test\.ts$|test-kit/.test(file)).map(read)
  const given = /\d{3},\s*(?:code: )?'([A-Z_]+)'|^ {2}([A-Z_]+): \d{3},$|FST_\w+: '([A-Z_]+)'/gm
  const found = sources.flatMap((source) => [...source.matchAll(given)])
  return [...new Set(found.flatMap(([, ...codes]) => codes.filter((code) => code !== undefined)))]
}
