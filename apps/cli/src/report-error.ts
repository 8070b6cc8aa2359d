import { CliError } from './cli-error.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'

export interface ErrorReport {
  readonly message: string
  readonly remedy: string
  readonly exitCode: ExitCode
}

const UNAUTHORIZED_REMEDY =
  'Use the token of this service: SLEEPLESS_API_TOKEN, or secrets/api-token in its home'
const NOT_FOUND_REMEDY = 'See what there is with: sleepless check'
const UNREACHABLE_REMEDY = 'Start the service with: sleepless up'

const BROKEN_OFF: ErrorReport = {
  message: 'the connection broke off',
  remedy: 'See that the service runs, and try again',
  exitCode: EXIT_CODES.unreachable,
}

const byStatus: Readonly<Record<number, Pick<ErrorReport, 'remedy' | 'exitCode'>>> = {
  400: { remedy: '', exitCode: EXIT_CODES.usage },
  401: { remedy: UNAUTHORIZED_REMEDY, exitCode: EXIT_CODES.unauthorized },
  403: { remedy: '', exitCode: EXIT_CODES.unauthorized },
  404: { remedy: NOT_FOUND_REMEDY, exitCode: EXIT_CODES.notFound },
  409: { remedy: '', exitCode: EXIT_CODES.conflict },
  413: { remedy: '', exitCode: EXIT_CODES.usage },
  422: { remedy: '', exitCode: EXIT_CODES.usage },
}

/**
 * What to say about an error, and to the shell. Errors are told apart by name and code: loading
 * their classes would load the whole client for a command that only mistyped an option.
 */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof CliError) return error
  if (!(error instanceof Error)) return fault(String(error))
  switch (error.name) {
    case 'ApiError':
      return ofApiError(error)
    case 'ApiUnreachableError':
      // Offline, this is what kept the files from being read.
      if (error.cause instanceof CliError) return error.cause
      return {
        message: error.message,
        remedy: UNREACHABLE_REMEDY,
        exitCode: EXIT_CODES.unreachable,
      }
    case 'StartupError':
      return { message: error.message, remedy: '', exitCode: EXIT_CODES.failed }
    case 'ZodError':
    case 'SyntaxError':
      return {
        message: 'the answer of the service was not understood',
        remedy:
          'See that the address is right, and the service of the same version as this command',
        exitCode: EXIT_CODES.failed,
      }
    case 'TypeError':
      // `fetch` says no more than this when an answer breaks off.
      return error.message === 'terminated' ? BROKEN_OFF : fault(error.message)
    default:
      return fault(error.message)
  }
}

/** Where to look, for what is no task. */
const byCode: Readonly<Record<string, string>> = {
  TOKEN_NOT_FOUND: 'See what there is with: sleepless tokens list',
  PROJECT_NOT_FOUND: 'See what there is with: sleepless projects list',
}

function ofApiError(error: Error): ErrorReport {
  const status = 'status' in error ? Number(error.status) : 500
  const remedy = 'code' in error ? byCode[String(error.code)] : undefined
  const known = byStatus[status] ?? {
    remedy: 'Look into the log of the service',
    exitCode: EXIT_CODES.failed,
  }
  if (status === 403)
    return { message: error.message, ...known, remedy: scopeRemedy(error.message) }
  return { message: error.message, ...known, ...(remedy !== undefined && { remedy }) }
}

/** The service says in words which scope is missing; here it is only said again. */
function scopeRemedy(message: string): string {
  const scope = /\bscope ([a-z]+)/.exec(message)?.[1] ?? '<scope>'
  return `Use a token that has it; an admin makes one with: sleepless tokens create <name> --scope ${scope}`
}

function fault(message: string): ErrorReport {
  return {
    message,
    remedy: 'For the details, run it again with SLEEPLESS_LOG_LEVEL=debug',
    exitCode: EXIT_CODES.failed,
  }
}
