import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { claim, defaultPolicy, dispatch, heartbeat, submit } from '@sleepless/engine'
import { systemClock } from '@sleepless/runtime'
import { lockHome, openStore } from '@sleepless/storage'
import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { ids } from '../compose/ids.ts'
import { runCaptured, type FinishedRun } from '../testing/run-captured.ts'

const deps = { clock: systemClock, ids, policy: defaultPolicy(15_000), random: Math.random }

interface Home extends AsyncDisposable {
  readonly path: string
  readonly database: string
  readonly backups: string
  /** Adds a task. @returns its id. */
  submit(): Promise<string>
  tasks(): Promise<readonly { id: string; status: string }[]>
  /** Does something to the database past the program. */
  edit(sql: string): void
  run(...argv: readonly string[]): Promise<FinishedRun>
}

async function newHome(): Promise<Home> {
  const directory = await temporaryDirectory('sleepless-backup-')
  const database = path.join(directory.path, 'tasks.db')
  return {
    path: directory.path,
    database,
    backups: path.join(directory.path, 'backups'),
    async submit() {
      await using store = openStore(database)
      return (await store.write((tx) => submit(tx, deps, { prompt: 'think' }))).id
    },
    async tasks() {
      await using store = openStore(database)
      return store.read((tx) => tx.tasks.list({}, { limit: 100 }))
    },
    edit(sql) {
      const connection = new DatabaseSync(database)
      connection.exec(sql)
      connection.close()
    },
    run: (...argv) =>
      runCaptured(argv, { cwd: directory.path, env: { SLEEPLESS_HOME: directory.path } }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

async function backUp(home: Home): Promise<string> {
  const { stdout, exitCode, stderr } = await home.run('backup', '--json')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout).file
}

describe('sleepless backup', () => {
  test('says where the copy is and what was verified, also while the service runs', async () => {
    await using home = await newHome()
    await home.submit()
    await using _store = openStore(home.database)
    using _lock = lockHome(path.join(home.path, 'home.lock'), 'alone')
    const { stdout, exitCode } = await home.run('backup')
    expect(exitCode).toBe(0)
    const [file = '', verified] = stdout.split('\n')
    expect(path.dirname(file)).toBe(home.backups)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(verified).toBe('verified: pages and references sound, 1 events in an unbroken chain')
    expect(stdout).toMatch(/, head 1:[0-9a-f]{64}\n$/)
  })

  test('gives JSON with what proves the copy', async () => {
    await using home = await newHome()
    await home.submit()
    const { stdout } = await home.run('backup', '--json', '--to', 'copy.db')
    expect(JSON.parse(stdout)).toMatchObject({
      file: path.join(home.path, 'copy.db'),
      bytes: expect.any(Number),
      events: 1,
      headId: 1,
      headHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      epoch: expect.stringMatching(/^[0-9a-f]{32}$/),
      problems: [],
    })
  })

  test('puts it into a directory that is named', async () => {
    await using home = await newHome()
    await home.submit()
    await mkdir(path.join(home.path, 'elsewhere'))
    await home.run('backup', '--to', 'elsewhere')
    expect(readdirSync(path.join(home.path, 'elsewhere'))).toEqual([
      expect.stringMatching(/^tasks-.*\.db$/),
    ])
  })

  test('writes over nothing', async () => {
    await using home = await newHome()
    await home.submit()
    await writeFile(path.join(home.path, 'mine'), 'mine')
    const { stderr, exitCode } = await home.run('backup', '--to', 'mine')
    expect(exitCode).toBe(4)
    expect(stderr).toContain('exists already. Choose another name with --to')
  })

  test('says that there is nothing to copy', async () => {
    await using home = await newHome()
    const { stderr, exitCode } = await home.run('backup')
    expect(exitCode).toBe(3)
    expect(stderr).toContain('there is no database in')
  })
})

describe('sleepless restore', () => {
  test('brings back what the backup holds, and keeps what was there', async () => {
    await using home = await newHome()
    const before = await home.submit()
    const file = await backUp(home)
    await home.submit()
    const { stdout, exitCode } = await home.run('restore', file, '--json')
    expect(exitCode).toBe(0)
    const { replaced, requeued, lastEventId } = JSON.parse(stdout)
    expect({ requeued, lastEventId }).toEqual({ requeued: 0, lastEventId: 1 })
    expect(existsSync(replaced)).toBe(true)
    expect(await home.tasks()).toMatchObject([{ id: before }])
    expect((await home.run('doctor', '--audit', '--json')).stdout).toContain('2 events unbroken')
  })

  test('queues again what ran when the backup was made', async () => {
    await using home = await newHome()
    const id = await home.submit()
    {
      await using store = openStore(home.database)
      const workerId = ids.workerId()
      await store.write((tx) => {
        heartbeat(tx, deps, {
          workerId,
          name: 'host:1',
          concurrency: 1,
          labels: [],
          executors: { claude: { available: true, version: '2' } },
          shortage: undefined,
          draining: false,
          attempts: [],
        })
        for (const order of dispatch(tx, deps)) claim(tx, deps, { ...order, workerId })
      })
    }
    expect(await home.tasks()).toMatchObject([{ id, status: 'running' }])
    const file = await backUp(home)
    const { stdout } = await home.run('restore', file)
    expect(stdout).toContain('1 attempts that were open go on anew')
    expect(await home.tasks()).toMatchObject([{ id, status: 'queued', tries: 0 }])
  })

  test('is refused while the service runs, and changes nothing', async () => {
    await using home = await newHome()
    await home.submit()
    const file = await backUp(home)
    await home.submit()
    {
      using _service = lockHome(path.join(home.path, 'home.lock'), 'shared')
      const { stderr, exitCode } = await home.run('restore', file)
      expect(exitCode).toBe(4)
      expect(stderr).toContain('Stop the service, then run this again')
    }
    expect(await home.tasks()).toHaveLength(2)
  })

  test('refuses what is no sound backup, and changes nothing', async () => {
    await using home = await newHome()
    await home.submit()
    await writeFile(
      path.join(home.path, 'bad.db'),
      'no database, whatever it is called. '.repeat(500),
    )
    for (const [name, code] of [
      ['bad.db', 1],
      ['missing.db', 3],
    ] as const) {
      const { stderr, exitCode } = await home.run('restore', name)
      expect({ name, exitCode }).toEqual({ name, exitCode: code })
      expect(stderr).toContain(name)
    }
    expect(await home.tasks()).toHaveLength(1)
    expect(readdirSync(home.path).filter((name) => name.includes('restoring'))).toEqual([])
  })

  test('mends a home whose database is damaged', async () => {
    await using home = await newHome()
    const id = await home.submit()
    const file = await backUp(home)
    await writeFile(home.database, 'overwritten by somebody '.repeat(1000))
    expect((await home.run('restore', file)).exitCode).toBe(0)
    expect(await home.tasks()).toMatchObject([{ id }])
  })
})

describe('sleepless doctor --audit', () => {
  test('finds an edit by hand, names it and exits with 1', async () => {
    await using home = await newHome()
    const id = await home.submit()
    home.edit("UPDATE tasks SET status = 'canceled'")
    const { stdout, exitCode } = await home.run('doctor', '--audit')
    expect(exitCode).toBe(1)
    expect(stdout).toContain(
      `task ${id}: status is "canceled"; by the log up to event 1 it is "queued"`,
    )
  })

  test('gives the whole report as JSON, also while the service runs', async () => {
    await using home = await newHome()
    await home.submit()
    await using _store = openStore(home.database)
    const { stdout } = await home.run('doctor', '--audit', '--json')
    expect(JSON.parse(stdout).audit).toMatchObject({ events: 1, tasks: 1, problems: [] })
    expect(JSON.parse(stdout).checks).toContainEqual(
      expect.objectContaining({ name: 'audit', status: 'ok' }),
    )
  })

  test('finds the head that the last audit told of, and misses it when the log is another one', async () => {
    await using home = await newHome()
    await home.submit()
    const before = await home.run('doctor', '--audit')
    const [, head = ''] = /; head (1:[0-9a-f]{64})/.exec(before.stdout) ?? []
    await home.submit()
    const after = await home.run('doctor', '--audit', '--head', head)
    expect(after.stdout).toContain('2 events unbroken, event 1 as it was noted, 2 tasks agree')

    const other = await home.run('doctor', '--audit', '--head', `1:${'0'.repeat(64)}`)
    expect(other.stdout).toContain('event 1: its hash is not the one that was noted')
    expect(other.exitCode).toBe(1)
  })

  test('misses a head where there is no database any more', async () => {
    await using home = await newHome()
    const { stdout, exitCode } = await home.run(
      'doctor',
      '--audit',
      '--head',
      `7:${'0'.repeat(64)}`,
    )
    expect(stdout).toContain('there is no database, and so no event 7')
    expect(exitCode).toBe(1)
  })

  test.each([
    [['--audit', '--head', '7']],
    [['--audit', '--head', `x:${'0'.repeat(64)}`]],
    [['--head', `7:${'0'.repeat(64)}`]],
  ])('takes no %s', async (argv) => {
    await using home = await newHome()
    expect((await home.run('doctor', ...argv)).exitCode).toBe(2)
  })

  test('says that a database is damaged, and what to do', async () => {
    await using home = await newHome()
    await writeFile(home.database, 'overwritten by somebody '.repeat(1000))
    const { stdout, exitCode } = await home.run('doctor', '--audit')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('sleepless restore <file>')
  })
})

describe('sleepless doctor', () => {
  async function finding(home: Home, name: string): Promise<unknown> {
    const { checks } = JSON.parse((await home.run('doctor', '--json')).stdout)
    return checks.find((check: { name: string }) => check.name === name)
  }

  test('says how old the newest backup is', async () => {
    await using home = await newHome()
    await home.submit()
    expect(await finding(home, 'backups')).toMatchObject({ status: 'warn' })
    const file = await backUp(home)
    expect(await finding(home, 'backups')).toMatchObject({
      status: 'ok',
      detail: `the newest in ${home.backups} is 0 hours old`,
    })
    const longAgo = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000)
    await utimes(file, longAgo, longAgo)
    expect(await finding(home, 'backups')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('30 days old'),
    })
  })

  test('says how the database is', async () => {
    await using home = await newHome()
    await home.submit()
    expect(await finding(home, 'database')).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/tasks\.db, sound, schema version \d+$/),
    })
    expect(await finding(home, 'write log')).toMatchObject({ status: 'ok' })
    await writeFile(home.database, 'overwritten by somebody '.repeat(1000))
    expect(await finding(home, 'database')).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('sleepless restore'),
    })
  })
})

test('a service does not start on a damaged database, and says which and what to do', async () => {
  await using home = await newHome()
  await writeFile(home.database, 'overwritten by somebody '.repeat(1000))
  const { stderr, exitCode } = await home.run('up')
  expect(exitCode).toBe(1)
  expect(stderr.trim().split('\n')).toEqual([
    `error: The database cannot be opened: ${home.database} is damaged. Stop the service and restore a backup: sleepless restore <file>`,
  ])
})
