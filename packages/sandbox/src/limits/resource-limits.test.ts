import { getuid } from 'node:process'

import { expect, test } from 'vitest'

import { resourceLimits } from './resource-limits.ts'
import { defaultLimits } from './sandbox-limits.ts'

const limits = { ...defaultLimits(), memoryBytes: 2 ** 30, fileBytes: 2 ** 20, openFiles: 100 }

test('leaves out what control groups count', async () => {
  const { inForce, script } = await resourceLimits(limits, ['memory', 'processes'])
  expect(inForce).toEqual([
    { limit: 'file-size', value: 2 ** 20, mechanism: 'rlimit' },
    { limit: 'open-files', value: 100, mechanism: 'rlimit' },
  ])
  expect(script.split('\n')).toEqual(['ulimit -c 0', 'ulimit -f 1024', 'ulimit -n 100'])
})

test('stands in for control groups; but nobody limits the processes of root', async () => {
  const names = (await resourceLimits(limits, [])).inForce.map(({ limit }) => limit)
  expect(names).toContain('memory')
  expect(names.includes('processes')).toBe(getuid?.() !== 0)
})

test('never asks for more than the worker has itself', async () => {
  const { inForce } = await resourceLimits({ ...limits, openFiles: 2 ** 40 }, [])
  const files = inForce.find(({ limit }) => limit === 'open-files')
  expect(files?.value).toBeLessThan(2 ** 40)
})

test('limits the time of the processor where that is asked for', async () => {
  const { script } = await resourceLimits({ ...limits, cpuSeconds: 60 }, [])
  expect(script).toContain('ulimit -t 60')
})
