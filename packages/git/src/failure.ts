import { DomainError, WorkspaceError } from '@sleepless/domain'

import { summary } from './redact.ts'

/** `error` as one of the domain's, that begins with what could not be done. */
export function failure(what: string, error: unknown): DomainError {
  if (error instanceof WorkspaceError) return new WorkspaceError(`${what}: ${error.message}`)
  if (error instanceof DomainError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new WorkspaceError(`${what}: ${summary(reason)}`)
}

/** Waits for both, also when one fails: whoever cleans up then meets no process still at work. */
export async function bothDone<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second])
  return Promise.all([first, second])
}

/** Whether a file-system call failed with this code, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** Goes on after a failure, and tells of the first one at the end. */
export interface Tries {
  add(work: Promise<unknown>): Promise<void>
  throwFirst(): void
}

export function createTries(): Tries {
  const errors: unknown[] = []
  return {
    add: (work) =>
      work.then(
        () => undefined,
        (error: unknown) => void errors.push(error),
      ),
    throwFirst() {
      if (errors.length > 0) throw errors[0]
    },
  }
}
