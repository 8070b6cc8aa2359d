import { expect, test } from 'vitest'

import type { SeenEvent } from '../check/evidence.ts'
import { recoveryMs } from './recovery.ts'

function event(heardMs: number, type: string, taskId: string, data: object = {}): SeenEvent {
  return { id: heardMs, type, taskId, attemptId: 'att', data: { ...data }, heardMs }
}

const fault = { faultBeganMs: 100, faultEndedMs: 200, probeTaskId: 'probe' }
const probed = event(350, 'attempt.claimed', 'probe')
const lost = event(150, 'attempt.finished', 'victim', { status: 'lost' })

test('without victims it is the time until the probe runs', () => {
  expect(recoveryMs({ ...fault, heard: [probed] })).toBe(150)
})

test('it lasts until what the fault interrupted runs again', () => {
  const again = event(700, 'attempt.claimed', 'victim')
  expect(recoveryMs({ ...fault, heard: [lost, probed, again] })).toBe(500)
})

test('a victim that ends instead has recovered too', () => {
  const canceled = event(500, 'task.canceled', 'victim')
  expect(recoveryMs({ ...fault, heard: [lost, probed, canceled] })).toBe(300)
})

test('what had gone on before the end of the fault took no time after it', () => {
  const early = { ...fault, faultEndedMs: 900 }
  expect(recoveryMs({ ...early, heard: [probed] })).toBe(0)
})

test('a victim that never went on has not recovered', () => {
  expect(recoveryMs({ ...fault, heard: [lost, probed] })).toBeUndefined()
})

test('an attempt that was lost before the fault is no victim of it', () => {
  expect(recoveryMs({ ...fault, heard: [{ ...lost, heardMs: 50, id: 50 }, probed] })).toBe(150)
})
