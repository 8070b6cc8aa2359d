import { execFile } from 'node:child_process'

import { failureReasons } from '@sleepless/domain'
import type { Environment } from '@sleepless/runtime'

import { fail, ok, warn, type Check } from './finding.ts'

const DEADLINE_MS = 5000
const INSTALL = 'Install bubblewrap: apt install bubblewrap.'

export const checkSandbox: Check = {
  name: 'sandbox',
  async look({ config, context }) {
    const mode = config.SLEEPLESS_SANDBOX
    if (mode === 'off') {
      return warn(
        'off: agents may do all that the user may whom the worker runs as',
        'Set SLEEPLESS_SANDBOX=auto, unless the machine is there for nothing else.',
      )
    }
    const problem = await bubblewrapProblem(context.env)
    if (problem === undefined) return ok(`${mode}: bubblewrap works`)
    if (mode === 'required') {
      return fail(`required, but ${problem}`, failureReasons.SANDBOX_UNAVAILABLE.remedy)
    }
    return warn(`auto, but ${problem}: agents may edit files and run no commands`, INSTALL)
  },
}

/** Why agents could not be run in bubblewrap; undefined when they could. */
function bubblewrapProblem(env: Environment): Promise<string | undefined> {
  const args = ['--ro-bind', '/', '/', '--unshare-all', '--die-with-parent', 'true']
  return new Promise((resolve) => {
    execFile('bwrap', args, { env: { ...env }, timeout: DEADLINE_MS }, (error, _out, stderr) => {
      if (error === null) resolve(undefined)
      else if (error.code === 'ENOENT') resolve('bubblewrap is not installed')
      else resolve(`bubblewrap cannot make a sandbox here (${stderr.trim() || error.message})`)
    })
  })
}
