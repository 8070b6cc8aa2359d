import { randomUUID } from 'node:crypto'

const COUNTS = 0x1000

let lastMs = 0
let count = 0

/**
 * A UUIDv7: time-ordered, and larger as text than those made before by this process. Its random part
 * is that of a UUIDv4, for which Node draws bytes in blocks; those made in one millisecond are counted.
 */
export function uuidV7(): string {
  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    count = 0
  } else if ((count = (count + 1) % COUNTS) === 0) {
    lastMs += 1
  }
  const time = hex(lastMs, 12)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(count, 3)}-${randomUUID().slice(19)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
