import { homeAt, readDotenvFile, StartupError, type DotenvFile } from '@sleepless/runtime'

import type { CliContext } from '../cli-context.ts'
import { findUrl } from '../connection/find-url.ts'
import { checkAttempt } from './check-attempt.ts'
import { checkBackups } from './check-backups.ts'
import { checkClock } from './check-clock.ts'
import { checkDatabase, checkWal } from './check-database.ts'
import { checkEventLog } from './check-event-log.ts'
import { checkExecutors } from './check-executors.ts'
import { checkHome, checkSecrets } from './check-home.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { checkDisk, checkMemory } from './check-machine.ts'
import {
  checkClaude,
  checkCodex,
  checkCommands,
  checkGit,
  checkLogin,
  checkNode,
} from './check-programs.ts'
import { checkQueue } from './check-queue.ts'
import { checkSandbox } from './check-sandbox.ts'
import { checkApi, checkPort } from './check-service.ts'
import { readDoctorConfig } from './doctor-config.ts'
import {
  fail,
  ok,
  warn,
  type Check,
  type DoctorFacts,
  type Finding,
  type Verdict,
} from './finding.ts'

const DEADLINE_MS = 15_000

const checks: readonly Check[] = [
  checkNode,
  checkGit,
  checkClaude,
  checkCommands,
  checkCodex,
  checkExecutors,
  checkLogin,
  checkSandbox,
  checkAttempt,
  checkHome,
  checkSecrets,
  checkDatabase,
  checkWal,
  checkEventLog,
  checkLeftovers,
  checkBackups,
  checkQueue,
  checkApi,
  checkPort,
  checkDisk,
  checkMemory,
  checkClock,
]

/** Looks at everything that the service needs. Changes nothing. @param url from the command line. */
export async function examine(
  context: CliContext,
  url: string | undefined,
): Promise<readonly Finding[]> {
  const dotenv = readDotenv(context.cwd)
  const { config, verdict } = readDoctorConfig({ ...dotenv.values, ...context.env })
  const home = homeAt(config.SLEEPLESS_HOME)
  const facts = { context, config, home, url: findUrl(home, { ...config, url }) }
  return [
    { name: 'configuration', ...verdict },
    { name: '.env', ...dotenv.verdict },
    ...(await Promise.all(checks.map((check) => look(check, facts)))),
  ]
}

async function look(check: Check, facts: DoctorFacts): Promise<Finding> {
  const late = Promise.withResolvers<Verdict>()
  const timer = setTimeout(() => {
    late.resolve(fail(`it took longer than ${DEADLINE_MS / 1000} s`, 'Look at what blocks it.'))
  }, DEADLINE_MS)
  try {
    return { name: check.name, ...(await Promise.race([check.look(facts), late.promise])) }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { name: check.name, ...fail(detail, 'This could not be checked.') }
  } finally {
    clearTimeout(timer)
  }
}

function readDotenv(cwd: string): Pick<DotenvFile, 'values'> & { readonly verdict: Verdict } {
  try {
    const { values, warning } = readDotenvFile(cwd)
    if (warning !== undefined) {
      const [detail = '', command = ''] = warning.split('; run: ')
      return { values, verdict: warn(detail, `Run: ${command}`) }
    }
    const count = Object.keys(values).length
    return { values, verdict: ok(count === 0 ? 'none here' : `${count} variables`) }
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    return { values: {}, verdict: fail(error.message, 'The other checks go on without it.') }
  }
}
