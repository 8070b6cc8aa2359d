import { v7 } from 'uuid'

/** A UUIDv7: time-ordered, and larger as text than those made before by this process. */
export function uuidV7(): string {
  return v7()
}
