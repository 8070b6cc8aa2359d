import { expect, test } from 'vitest'

import { createBacklog } from './backlog.ts'

function text({ chunk }: { readonly chunk: Uint8Array }): string {
  return Buffer.from(chunk).toString()
}

test('output comes out in the order in which it went in', () => {
  const backlog = createBacklog()
  for (const part of ['one ', 'two ', 'three']) backlog.addOutput(part)
  expect(text(backlog.nextOutput())).toBe('one two three')
})

test('what was taken does not come again', () => {
  const backlog = createBacklog()
  backlog.addOutput('one ')
  backlog.addOutput('two')
  backlog.outputTaken(6)
  expect(backlog.nextOutput().offset).toBe(6)
  expect(text(backlog.nextOutput())).toBe('o')
  backlog.outputTaken(7)
  expect(backlog.isEmpty()).toBe(true)
})

test('much output comes in chunks', () => {
  const backlog = createBacklog()
  backlog.addOutput('x'.repeat(600_000))
  const sizes: number[] = []
  while (!backlog.isEmpty()) {
    const { offset, chunk } = backlog.nextOutput()
    sizes.push(chunk.length)
    backlog.outputTaken(offset + chunk.length)
  }
  expect(sizes).toEqual([262_144, 262_144, 75_712])
})

test('its size is counted in bytes, whatever has been looked at or taken', () => {
  const backlog = createBacklog()
  backlog.addOutput('üü')
  expect(backlog.outputBytes()).toBe(4)
  backlog.nextOutput()
  backlog.addOutput('a')
  expect(backlog.outputBytes()).toBe(5)
  backlog.outputTaken(4)
  expect(backlog.outputBytes()).toBe(1)
})

test('a batch of the longest reports is less than what the service takes at once', () => {
  const backlog = createBacklog()
  const report = { type: 'warned', at: new Date(0).toISOString(), message: '\u0001'.repeat(2000) }
  for (let n = 0; n < 200; n++) backlog.addReport({ ...report, type: 'warned' })
  const { reports } = backlog.nextReports()
  expect(JSON.stringify(reports).length).toBeLessThan(1024 * 1024)
})

test('reports are numbered from 1, and go on after what was taken', () => {
  const backlog = createBacklog()
  for (const action of ['a', 'b', 'c']) {
    backlog.addReport({ type: 'acted', at: new Date(0).toISOString(), action })
  }
  expect(backlog.nextReports()).toMatchObject({ firstSeq: 1, reports: { length: 3 } })
  backlog.reportsTaken(2)
  expect(backlog.nextReports()).toMatchObject({ firstSeq: 3, reports: [{ action: 'c' }] })
})
