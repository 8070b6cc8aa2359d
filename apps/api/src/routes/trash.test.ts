import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import {
  emptiedTrashView,
  taskList,
  taskView,
  type TaskList,
  type TaskView,
} from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'
import { cancel as cancelTask, emptyTrash, submit, trash } from '@sleepless/engine'
import { auditDatabase } from '@sleepless/storage'
import { temporaryDirectory, waitFor } from '@sleepless/testing'
import { expect, onTestFinished, test } from 'vitest'

import { createApi } from '../create-api.ts'
import { startApiProcess } from '../test-kit/api-process.ts'
import { openControlPlane } from '../test-kit/control-plane.ts'
import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'
import { runningApi } from '../test-kit/running-api.ts'
import { NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'

async function appWithTask(): Promise<{ app: InjectedApp; task: TaskView }> {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  const payload = { prompt: 'Think of a secret.' }
  const task = taskView.parse(
    (await app.send({ method: 'POST', url: '/v1/tasks', payload })).json(),
  )
  return { app, task }
}

const listOf = async (app: InjectedApp, url: string): Promise<TaskList> =>
  taskList.parse((await app.send({ url })).json())

const cancel = (app: InjectedApp, id: string): ReturnType<InjectedApp['send']> =>
  app.send({ method: 'POST', url: `/v1/tasks/${id}/cancel` })

test('a task goes to the trash and comes back, and each as often as it is asked for', async () => {
  const { app, task } = await appWithTask()
  const url = `/v1/tasks/${task.id}`
  await cancel(app, task.id)
  const trashed = taskView.parse((await app.send({ method: 'DELETE', url })).json())
  expect(trashed).toMatchObject({ id: task.id, trashedAt: expect.any(String) })
  expect((await app.send({ method: 'DELETE', url })).json()).toEqual(trashed)
  expect((await app.send({ url })).json()).toEqual(trashed)
  expect(await listOf(app, '/v1/tasks')).toEqual({ items: [], nextCursor: null })
  expect((await listOf(app, '/v1/trash')).items).toEqual([trashed])

  const restore = { method: 'POST', url: `/v1/trash/${task.id}/restore` } as const
  const restored = taskView.parse((await app.send(restore)).json())
  expect(restored).toEqual({ ...trashed, trashedAt: null })
  expect((await app.send(restore)).json()).toEqual(restored)
  expect((await listOf(app, '/v1/tasks')).items).toEqual([restored])
  expect((await listOf(app, '/v1/trash')).items).toEqual([])
})

test('a task that has not ended is refused, and how it is at present told', async () => {
  const { app, task } = await appWithTask()
  const answer = await app.send({ method: 'DELETE', url: `/v1/tasks/${task.id}` })
  expect(problemOf(answer)).toMatchObject({
    status: 409,
    code: 'TASK_ACTIVE',
    currentStatus: 'queued',
    detail: expect.stringContaining('cancel it first'),
  })
})

test('the trash comes in pages, what was put there last first', async () => {
  const { app, task } = await appWithTask()
  const ids = [task.id]
  for (let number = 0; number < 4; number++) {
    const payload = { prompt: 'More.' }
    const more = await app.send({ method: 'POST', url: '/v1/tasks', payload })
    ids.push(taskView.parse(more.json()).id)
  }
  for (const id of ids) {
    await cancel(app, id)
    await app.send({ method: 'DELETE', url: `/v1/tasks/${id}` })
  }
  const seen: string[] = []
  for (let cursor = ''; ;) {
    const page = await listOf(app, `/v1/trash?limit=2${cursor}`)
    seen.push(...page.items.map(({ id }) => id))
    if (page.nextCursor === null) break
    cursor = `&cursor=${page.nextCursor}`
  }
  expect(seen).toEqual(ids.toReversed())
  const answer = await app.send({
    url: `/v1/trash?cursor=${Buffer.from('1').toString('base64url')}`,
  })
  expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_CURSOR' })
})

test('an emptied trash leaves nothing of a task but what the log refers to, and the audit is content', async () => {
  const api = await runningApi()
  const { client, plane } = api
  const { id } = await client.submitTask({ prompt: 'Think of a secret.' })
  await client.sendMessage(id, 'Hurry.')
  const worker = await api.join()
  const held = await api.start(worker)
  await worker.client.appendOutput(held, 0, Buffer.from('> Write secret.txt\n'))
  await worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })
  const folder = path.join(plane.home, 'results', 'tasks', id)
  await waitFor(() => existsSync(folder), { description: 'results to be stored' })

  await client.trashTask(id)
  expect(await client.emptyTrash({ olderThanDays: 1 })).toEqual({ purged: 0, more: false })
  expect(await client.emptyTrash()).toEqual({ purged: 1, more: false })
  await expect(client.task(id)).rejects.toMatchObject({ status: 404, code: 'TASK_NOT_FOUND' })
  await expect(client.restoreTask(id)).rejects.toMatchObject({ status: 404 })
  expect((await client.trash()).items).toEqual([])
  await waitFor(() => !existsSync(folder), { description: 'the files to be gone' })
  await client.createProject({ name: 'gone', remote: '/srv/gone' })
  await client.removeProject('gone')
  const { id: restored } = await client.submitTask({ prompt: 'Stay.' })
  await client.cancelTask(restored)
  await client.trashTask(restored)
  await client.restoreTask(restored)
  const audit = auditDatabase(path.join(plane.home, 'tasks.db'), { states: true })
  expect(audit.problems).toEqual([])
})

test('files of what was purged before a crash are removed by the next start', async () => {
  await using home = await temporaryDirectory('sleepless-purge-')
  const folders: string[] = []
  {
    await using service = await startApiProcess(home.path)
    await using plane = await openControlPlane({ home: home.path })
    for (let number = 0; number < 30; number++) {
      const answer = await fetch(`${service.url}/v1/tasks`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${plane.tokens.api}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ prompt: 'Think.' }),
      })
      const { id } = taskView.parse(await answer.json())
      await plane.store.write((tx) => {
        tx.tasks.update(taskId(id), 'queued', { status: 'canceled', trashedAt: new Date(0) })
      })
      const file = path.join(home.path, 'spare.txt')
      await writeFile(file, 'output')
      await plane.results.moveIn(file, `tasks/${id}/att/output.txt`)
      folders.push(path.join(home.path, 'results', 'tasks', id))
    }
    // Purged by another process, and killed while this one takes the files away, or before.
    await plane.store.write((tx) => emptyTrash(tx, plane.engine, new Date()))
    await service.kill()
    await plane.store.write((tx) => emptyTrash(tx, plane.engine, new Date()))
  }
  expect(folders.some((folder) => existsSync(folder))).toBe(true)
  await using service = await startApiProcess(home.path)
  expect(service.url).toContain('http')
  await waitFor(() => folders.every((folder) => !existsSync(folder)), {
    description: 'all files to be gone',
  })
})

test('what cannot be removed yet is removed when it can be', async () => {
  await using plane = await openControlPlane()
  const { store, engine } = plane
  const { id } = await store.write((tx) => submit(tx, engine, { prompt: 'Think.' }))
  await store.write((tx) => {
    cancelTask(tx, engine, id)
    trash(tx, engine, id)
    emptyTrash(tx, engine, new Date(Date.now() + 1000))
  })
  let failures = 0
  const results = {
    ...plane.results,
    removeAll: async (prefix: string): Promise<void> => {
      failures += 1
      if (failures === 1) throw new Error('the disk is away')
      return plane.results.removeAll(prefix)
    },
  }
  await using _api = await createApi({ ...plane, results, host: '127.0.0.1', port: 0 })
  await waitFor(() => failures === 1, { description: 'the first try' })
  expect(await store.read((tx) => tx.trash.withFiles(9))).toEqual([id])
  // Whatever happens next has it tried again.
  await store.write((tx) => submit(tx, engine, { prompt: 'More.' }))
  await waitFor(async () => (await store.read((tx) => tx.trash.withFiles(9))).length === 0, {
    description: 'the second try',
  })
})

test('emptying takes only so many at once, and says that there are more', async () => {
  const { app } = await appWithTask()
  const answer = await app.send({ method: 'DELETE', url: '/v1/trash?olderThanDays=30' })
  expect(emptiedTrashView.parse(answer.json())).toEqual({ purged: 0, more: false })
  const wrong = await app.send({ method: 'DELETE', url: '/v1/trash?olderThanDays=-1' })
  expect(problemOf(wrong)).toMatchObject({ status: 400, field: 'olderThanDays' })
})
