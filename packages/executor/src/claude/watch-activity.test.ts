import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { splitLines } from '../process/split-lines.ts'
import { parseMessage } from './parse-message.ts'
import { createActivity, type Activity } from './watch-activity.ts'

const directory = join(import.meta.dirname, 'captures')
const LIMITS = { maxLineBytes: 8 * 2 ** 20, keptBytes: 64 * 2 ** 10 }

async function replay(
  name: string,
): Promise<{ activity: Activity; waited: boolean; most: number }> {
  const activity = createActivity()
  let [waited, most] = [false, 0]
  for await (const line of splitLines(createReadStream(join(directory, name)), LIMITS)) {
    most = Math.max(most, activity.add(parseMessage(line.text)))
    waited ||= activity.isWaiting
  }
  return { activity, waited, most }
}

const names = await readdir(directory)

/** They were killed in the middle of a tool call. */
const KILLED = ['SIGKILL-during-tool.jsonl']

test.each(names.filter((name) => !KILLED.includes(name)))(
  'at the end of %s no tool is at work',
  async (name) => {
    expect((await replay(name)).activity.isWaiting).toBe(false)
  },
)

test.each(KILLED)('at the end of %s one still is', async (name) => {
  expect((await replay(name)).activity.isWaiting).toBe(true)
})

test('while a tool is at work, the agent has nothing to say', async () => {
  expect((await replay('success-tooluse.jsonl')).waited).toBe(true)
  expect((await replay('thinking.jsonl')).waited).toBe(false)
})

test.each(names)('in %s the agent goes round in no circle', async (name) => {
  expect((await replay(name)).most).toBeLessThan(4)
})

test('what goes on in the background is waited for, commands as well as agents', () => {
  const activity = createActivity()
  const tell = (...types: readonly string[]): boolean => {
    const tasks = types.map((task_type) => ({ task_type }))
    const line = { type: 'system', subtype: 'background_tasks_changed', tasks }
    activity.add(parseMessage(JSON.stringify(line)))
    return activity.isWaiting
  }
  expect(tell('local_bash')).toBe(true)
  expect(tell('local_bash', 'local_agent')).toBe(true)
  expect(tell()).toBe(false)
})
