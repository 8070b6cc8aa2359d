import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { homedir } from 'node:os'
import path from 'node:path'

import { bashScript, ensureProgram, temporaryDirectory } from '@sleepless/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import type { Egress, Sandbox } from '../../packages/domain/src/index.ts'
import { createCommandExecutor } from '../../packages/executor/src/index.ts'
import {
  createEgress,
  createSandbox,
  type SandboxOptions,
} from '../../packages/sandbox/src/index.ts'
import { createRemote, git } from '../harness/repository.ts'
import { claudePlant } from './claude-plant.ts'
import { startPlant, type Plant } from './plant.ts'

// Programs of the owner, and ways out, in a real sandbox under the real services.

beforeAll(() => ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' }))

const ENCLOSED = { executor: 'command:x' } as const

interface Hired {
  readonly plant: Plant
  readonly file: string
}

/** A worker whose program `x` is a shell script, in a sandbox. */
async function hire(
  script: string,
  { limits = {}, egress }: { limits?: SandboxOptions['limits']; egress?: Egress } = {},
): Promise<Hired> {
  const plant = await startPlant()
  const file = path.join(plant.folder, 'program')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  const sandbox = createSandbox({ limits: { minFreeDiskBytes: 0, ...limits } })
  const options = { name: 'x', file, killGraceMs: 200, sandbox: (): Sandbox => sandbox }
  await plant.hire({ executor: createCommandExecutor(options), ...(egress && { egress }) })
  return { plant, file }
}

/** To a registry that is on this machine. */
async function wayOut(): Promise<Egress> {
  const registry = createServer(({ url }, response) => void response.end(`package ${url}\n`))
  await new Promise<void>((resolve) => void registry.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void registry.close())
  const folder = await temporaryDirectory()
  const address = registry.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const egress = createEgress({
    socketsPath: folder.path,
    registries: { npm: `http://127.0.0.1:${port}` },
  })
  onTestFinished(async () => {
    await egress[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })
  return egress
}

async function warnings(plant: Plant, id: string): Promise<readonly unknown[]> {
  const { items } = await plant.client.taskEvents(id)
  return items.filter(({ type }) => type === 'attempt.warned').map(({ data }) => data['message'])
}

describe('a program of the owner in a sandbox', () => {
  test('gets its prompt, sees its own directories, and nothing of the host’s', async () => {
    const planted = path.join(homedir(), '.sleepless-planted-program')
    await mkdir(homedir(), { recursive: true })
    await writeFile(planted, 'planted')
    onTestFinished(() => rm(planted))
    const { plant, file } = await hire(
      `cat; echo; pwd; echo $HOME $TMPDIR $0; cat ${planted}; exit 0`,
    )
    const { id } = await plant.client.submitTask({ prompt: 'a $(b)', ...ENCLOSED })
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded' })
    const output = await plant.output(id)
    expect(output).toContain(`a $(b)\n/workspace\n/config /config ${file}\n`)
    expect(output).toContain(`${planted}: No such file or directory`)
  })

  test('changes the workspace of its project, and that is committed', async () => {
    const { plant } = await hire('cat README.md; echo buzz > bees.txt; echo Done.')
    await plant.client.createProject({ name: 'hive', remote: createRemote(plant.folder) })
    const { id } = await plant.client.submitTask({ prompt: 'Go', project: 'hive', ...ENCLOSED })
    const { status, result } = await plant.untilEnded(id)
    expect(status).toBe('succeeded')
    const repository = path.join(plant.workspacePath, 'projects', 'hive.git')
    expect(git(repository, 'show', `${result?.commit}:bees.txt`)).toBe('buzz')
  })

  test('ends as it does without one: by its exit code, or by what ended it', async () => {
    const { plant } = await hire('read how; eval "$how"')
    const ended = async (prompt: string): Promise<string | undefined> => {
      const { id } = await plant.client.submitTask({ prompt, ...ENCLOSED })
      await plant.until(
        id,
        ({ attempts, waitingFor, status }) =>
          status === 'failed' || (attempts > 0 && waitingFor?.reason === 'retry-backoff'),
      )
      await plant.client.cancelTask(id).catch(() => undefined)
      return (await plant.client.attempts(id)).items[0]?.failure?.code
    }
    expect(await ended('exit 3')).toBe('AGENT_REPORTED_ERROR')
    expect(await ended('kill -9 $$')).toBe('AGENT_CRASHED')
  })

  test('that fills its disk is stopped, and the task fails as DISK_FULL', async () => {
    const write = 'for i in $(seq 400); do head -c 1000000 /dev/zero > f$i; sleep 0.05; done'
    const { plant } = await hire(write, { limits: { diskBytes: 5_000_000 } })
    const { id } = await plant.client.submitTask({ prompt: 'Fill it.', ...ENCLOSED })
    await plant.until(
      id,
      ({ status, waitingFor }) => status === 'failed' || waitingFor?.reason === 'retry-backoff',
    )
    expect((await plant.client.attempts(id)).items[0]?.failure?.code).toBe('DISK_FULL')
  })

  test('that is canceled is gone', async () => {
    const { plant } = await hire('echo busy; trap "" TERM; while :; do sleep 0.1; done')
    const { id } = await plant.client.submitTask({ prompt: 'Never end.', ...ENCLOSED })
    await plant.until(id, ({ status }) => status === 'running')
    await plant.client.cancelTask(id)
    expect((await plant.untilEnded(id)).status).toBe('canceled')
  })
})

describe('the way out', () => {
  const LOOK = 'env | grep -ic _proxy; ls /run; cat /proc/net/tcp | grep -c 0100007F; exit 0'

  test('of a thought is none, whatever its worker has', async () => {
    const { plant } = await hire(LOOK, { egress: await wayOut() })
    const { id } = await plant.client.submitTask({ prompt: 'Look.', ...ENCLOSED })
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
    expect(await plant.output(id)).toBe('0\n0\n')
  })

  test('of a project that wants none is none', async () => {
    const { plant } = await hire(LOOK, { egress: await wayOut() })
    const egress = { registries: false, hosts: [] }
    await plant.client.createProject({ name: 'shut', remote: createRemote(plant.folder), egress })
    const { id } = await plant.client.submitTask({ prompt: 'Look.', project: 'shut', ...ENCLOSED })
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
    expect(await plant.output(id)).toBe('0\n0\n')
  })

  test('of a project leads to registries, and the task tells once of what it does not lead to', async () => {
    const client = `const { connect } = require('node:net'); const { get } = require('node:http')
      get(process.env.npm_config_registry + 'tiny', (answer) => answer.pipe(process.stdout))
      for (const port of [443, 22]) connect(28128, '127.0.0.1').on('data', (said) => console.log(String(said).split(' ')[1]))
        .write('CONNECT other.example:' + port + ' HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')`
    const program = `${process.execPath} -e "$(cat)"`
    const { plant } = await hire(program, { egress: await wayOut() })
    await plant.client.createProject({ name: 'hive', remote: createRemote(plant.folder) })
    const task = { prompt: client, project: 'hive', ...ENCLOSED }
    const { id } = await plant.client.submitTask(task)
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
    const output = await plant.output(id)
    expect(output).toContain('package /tiny')
    expect(output.match(/^403$/gm)).toHaveLength(2)
    expect(await warnings(plant, id)).toEqual([
      "Refused: other.example is not among the hosts that the project's agents may reach.",
    ])
  })

  test('does not come between an agent and its model', async () => {
    const script = bashScript('env | grep -c HTTPS_PROXY', 'Looked.')
    const sandbox = createSandbox({ limits: { minFreeDiskBytes: 0 } })
    const { plant, model } = await claudePlant(script, sandbox, await wayOut())
    await plant.client.createProject({ name: 'hive', remote: createRemote(plant.folder) })
    const { id } = await plant.client.submitTask({ prompt: 'Look.', project: 'hive' })
    const { status, failure } = await plant.untilEnded(id)
    expect({ status, failure }).toEqual({ status: 'succeeded', failure: null })
    expect(await plant.output(id)).toMatch(/^ {2}1$/m)
    expect(model.requests.length).toBeGreaterThan(0)
    expect(await warnings(plant, id)).toEqual([])
  })
})
