import { PushError, WorkspaceError } from '@sleepless/domain'

import { GitFailedError } from './git.ts'
import { summary } from './redact.ts'

/** The branch was not where the lease says; or another push came first. */
const MOVED =
  /^ ! \[rejected\]|^ ! \[remote rejected\].*\((?:failed to update ref|incorrect old value provided|reference already exists|cannot lock ref.*|fetch first)\)$/m

const REJECTED = /^ ! \[remote rejected\].*\((.+)\)$/m

const REFUSED_CREDENTIALS =
  /Authentication failed|could not read (?:Username|Password)|Invalid username or (?:password|token)|Permission denied \(|Permission to \S+ denied|Host key verification failed|terminal prompts disabled|returned error: 40[13]\b|HTTP Basic: Access denied|Access denied/i

/** Faults of this host's repository; the remote has nothing to do with them. */
const OWN_FAULT = /src refspec .* does not match any|not a valid object|bad object|No space left/

/** Whether a push did nothing because the branch is not where it was expected. */
export function isMoved(error: unknown): boolean {
  return error instanceof GitFailedError && MOVED.test(error.stderr)
}

/** What it means when a command that talks to a remote fails. */
export function pushFailure(what: string, error: unknown): unknown {
  if (!(error instanceof GitFailedError)) return error
  const { stderr } = error
  if (OWN_FAULT.test(stderr)) return new WorkspaceError(`${what}: ${summary(stderr)}`)
  const options = { cause: error }
  const reason = REJECTED.exec(stderr)?.[1]
  if (reason !== undefined) {
    const words = [reason, ...remoteWords(stderr)].join('; ')
    return new PushError('GIT_REJECTED', `${what}: ${summary(words)}`, options)
  }
  const code = REFUSED_CREDENTIALS.test(stderr) ? 'GIT_AUTH_FAILED' : 'GIT_UNREACHABLE'
  return new PushError(code, `${what}: ${summary(stderr)}`, options)
}

/** What the remote, or a hook there, said. */
function remoteWords(stderr: string): readonly string[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length).trim())
    .filter((line) => line !== '')
}
