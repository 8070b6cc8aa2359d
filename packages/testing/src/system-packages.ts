import { userInfo } from 'node:os'

import { execa } from 'execa'

const INSTALL_TIMEOUT_MS = 300_000
const FIND = 'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v -- "$1"'
// Several test workers may come at once; the kernel frees the lock even if one of them is killed.
const INSTALL = `
  set -e
  exec 9>/run/sleepless-apt.lock
  flock 9
  if ${FIND}; then exit 0; fi
  apt-get update -q
  apt-get install -q -y --no-install-recommends -- "$2"
`

export interface EnsureProgramOptions {
  readonly program: string
  /** The Debian package that has it. */
  readonly debianPackage: string
  /** Gets one line before anything is installed. Default: to stderr. */
  readonly log?: (line: string) => void
}

/** A program that a test needs is missing, and could not be installed. The message says what to do. */
export class ProgramMissingError extends Error {
  override readonly name = 'ProgramMissingError'
}

async function find(program: string): Promise<string | undefined> {
  const { stdout, exitCode } = await execa('sh', ['-c', FIND, 'sh', program], { reject: false })
  return exitCode === 0 && stdout !== '' ? stdout : undefined
}

async function install(program: string, debianPackage: string): Promise<void> {
  // RUNLEVEL=1 keeps invoke-rc.d from starting the service that the package brings.
  await execa('sh', ['-c', INSTALL, 'sh', program, debianPackage], {
    env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    stdin: 'ignore',
    timeout: INSTALL_TIMEOUT_MS,
    killDescendants: true,
  })
}

/**
 * Finds a program on PATH or in the sbin directories, or installs it with apt-get when we are root
 * on Debian.
 *
 * @returns its absolute path.
 * @throws {ProgramMissingError} naming the package to install.
 */
export async function ensureProgram({
  program,
  debianPackage,
  log = (line) => void process.stderr.write(`${line}\n`),
}: EnsureProgramOptions): Promise<string> {
  const found = await find(program)
  if (found !== undefined) return found

  const advice = `${program} is missing: install it (Debian: apt-get install ${debianPackage})`
  if (userInfo().uid !== 0 || (await find('apt-get')) === undefined) {
    throw new ProgramMissingError(advice)
  }
  log(`${program} is missing: installing the Debian package ${debianPackage} with apt-get`)
  try {
    await install(program, debianPackage)
  } catch (error) {
    throw new ProgramMissingError(`${advice}; apt-get failed`, { cause: error })
  }
  const installed = await find(program)
  if (installed === undefined) {
    throw new ProgramMissingError(`${advice}; the package does not have it`)
  }
  return installed
}
