import { readFileSync } from 'node:fs'

/**
 * Loaded before a service (`node --import`): lets the harness shift its wall clock and block its event
 * loop. On SIGUSR2 the process reads what to do from the file that FAULT_CONTROL names.
 */
interface Control {
  /** Added to what the machine says the time is. */
  readonly shiftMs?: number
  /** How long to keep the event loop busy, once. */
  readonly blockMs?: number
}

const RealDate = Date
const file = process.env['FAULT_CONTROL']
let shiftMs = 0

function read(): Control {
  try {
    return JSON.parse(readFileSync(file ?? '', 'utf8')) as Control
  } catch {
    return {}
  }
}

class ShiftedDate extends RealDate {
  constructor(...given: [] | ConstructorParameters<typeof RealDate>) {
    if (given.length === 0) super(RealDate.now() + shiftMs)
    else super(...given)
  }

  static override now(): number {
    return RealDate.now() + shiftMs
  }
}

shiftMs = read().shiftMs ?? 0
globalThis.Date = ShiftedDate as DateConstructor
process.on('SIGUSR2', () => {
  const { shiftMs: newShiftMs = 0, blockMs = 0 } = read()
  shiftMs = newShiftMs
  const untilMs = performance.now() + blockMs
  while (performance.now() < untilMs) {
    // Busy, as a worker that parses something huge.
  }
})
