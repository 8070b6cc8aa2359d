import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

import { startPlant } from './plant.ts'
import { createShoutExecutor } from './shout-executor.ts'

const read = (file: string): string =>
  readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8')

test('the example in docs/executors.md is the one that runs here', () => {
  const example = /^```ts\n([\s\S]*?)^```$/m.exec(read('../../docs/executors.md'))?.[1]
  expect(example).toBe(read('./shout-executor.ts'))
})

test('an executor of thirty lines runs tasks that ask for it', async () => {
  const plant = await startPlant()
  await plant.hire({ executor: createShoutExecutor() })
  const task = { prompt: 'be loud', executor: 'shout' }
  const { id } = await plant.client.submitTask(task)
  expect(await plant.untilEnded(id)).toMatchObject({
    status: 'succeeded',
    result: { summary: 'BE LOUD', commit: null },
  })
  expect(await plant.output(id)).toBe('BE\nLOUD\n')
})
