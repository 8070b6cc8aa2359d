import { setTimeout as pause } from 'node:timers/promises'

import type { Fault } from './fault.ts'
import { busyWorker } from './targets.ts'

const LEASES = 3

export const freezeWorker: Fault = {
  name: 'freeze-worker',
  row: 8,
  title: 'a worker is stopped for three leases, and wakes up as a zombie',
  async inject({ stack, random, settings }) {
    const { service } = await busyWorker(stack, random)
    service.signal('SIGSTOP')
    await pause(LEASES * settings.leaseMs)
    service.signal('SIGCONT')
  },
}

export const blockWorker: Fault = {
  name: 'block-worker',
  row: 9,
  title: "a worker's event loop is blocked for three leases",
  async inject({ stack, random, settings }) {
    const { service } = await busyWorker(stack, random)
    const blockMs = LEASES * settings.leaseMs
    stack.block(service, blockMs)
    await pause(blockMs)
  },
}
