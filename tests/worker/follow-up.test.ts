import path from 'node:path'

import type { TaskView } from '@sleepless/contracts'
import { textTurn, toolTurn } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { countingRemote, type CountingRemote } from '../effects/counting-remote.ts'
import { git } from '../harness/repository.ts'
import { fiveSteps, type FiveSteps } from './five-steps.ts'

interface Site extends FiveSteps {
  readonly remote: CountingRemote
  submit(prompt: string, followUpOf?: string): Promise<string>
}

/** The agent adds a line with each prompt, and says so. */
async function startSite(): Promise<Site> {
  const site = await fiveSteps({
    instead(_step, { body }) {
      const last = body.messages.at(-1)
      const isTold = JSON.stringify(last?.content).includes('tool_result')
      if (isTold) return textTurn('A line more.')
      const prompts = body.messages.filter(({ role }) => role === 'assistant').length
      const input = { command: `echo line-${prompts} >> lines.txt`, description: 'Add a line' }
      return toolTurn({ name: 'Bash', input })
    },
  })
  const remote = countingRemote(site.folder)
  await site.client.createProject({ name: 'hive', remote: remote.path })
  return {
    ...site,
    remote,
    async submit(prompt, followUpOf) {
      const serious = { prompt, project: 'hive' }
      const body = followUpOf === undefined ? serious : { prompt, followUpOf }
      return (await site.client.submitTask(body)).id
    },
  }
}

async function sessionOf(site: Site, id: string): Promise<unknown> {
  return (await site.client.attempts(id)).items.at(-1)?.sessionId
}

/** What the model was last told in the user's own words. */
function told({ model }: Site): string {
  return JSON.stringify(model.requests.at(-1)?.body.messages)
}

function linesAt({ remote }: Site, { result }: TaskView): string {
  return git(remote.path, 'show', `${result?.commit}:lines.txt`)
}

describe('a follow-up', () => {
  test('goes on with the session of the task before, on its branch, on any host', async () => {
    const site = await startSite()
    const worker = await site.host('first')
    const id = await site.submit('Add a line.')
    const before = await site.untilEnded(id)
    expect(before.status).toBe('succeeded')
    worker.signal('SIGTERM')
    await worker.ended
    await site.host('second')
    const next = await site.submit('And another one.', id)
    const after = await site.untilEnded(next)
    expect(after).toMatchObject({ status: 'succeeded', result: { branch: before.result?.branch } })
    expect(await sessionOf(site, next)).toBe(await sessionOf(site, id))
    expect(told(site)).toContain('Add a line.')
    expect(told(site)).toContain('And another one.')
    expect(linesAt(site, after).split('\n')).toHaveLength(2)
    expect(git(site.remote.path, 'rev-parse', `${after.result?.commit}^`)).toBe(
      before.result?.commit,
    )
    const reference = `refs/heads/${before.result?.branch}`
    expect(site.remote.updates().at(-1)).toBe(
      `${reference} ${before.result?.commit} ${after.result?.commit}`,
    )
  })

  test('of one that was canceled goes on with what it had done', async () => {
    const site = await startSite()
    await site.host('first', { timing: { checkpointMs: 600_000 } })
    const hold = site.holdAt(2)
    const id = await site.submit('Add a line.')
    await hold.reached
    await site.client.cancelTask(id)
    expect((await site.untilEnded(id)).status).toBe('canceled')
    hold.letGo()
    const { id: next } = await site.client.retryTask(id)
    const after = await site.untilEnded(next)
    expect(await sessionOf(site, next)).toBe(await sessionOf(site, id))
    expect(linesAt(site, after).split('\n')).toHaveLength(2)
  })

  test('begins a branch and a session of its own when the branch is gone from the remote', async () => {
    const site = await startSite()
    await site.host('first')
    const id = await site.submit('Add a line.')
    const before = await site.untilEnded(id)
    git(site.remote.path, 'branch', '--quiet', '-D', `${before.result?.branch}`)
    const next = await site.submit('And another one.', id)
    const after = await site.untilEnded(next)
    expect(after.status).toBe('succeeded')
    expect(after.result?.branch).toContain(next)
    expect(told(site)).not.toContain('Add a line.')
  })

  test('of a thought has its files and its session', async () => {
    const site = await startSite()
    await site.host('first')
    const { id } = await site.client.submitTask({ prompt: 'Add a line.' })
    await site.untilEnded(id)
    await site.host('second')
    const { id: next } = await site.client.submitTask({ prompt: 'And another.', followUpOf: id })
    const { result } = await site.untilEnded(next)
    expect(await sessionOf(site, next)).toBe(await sessionOf(site, id))
    const lines = ['first', 'second'].map((host) => {
      const repository = path.join(site.folder, host, 'thoughts', `${next}.git`)
      try {
        return git(repository, 'show', `${result?.commit}:lines.txt`)
      } catch {
        return ''
      }
    })
    expect(lines.join('').split('\n')).toHaveLength(2)
  })
})
