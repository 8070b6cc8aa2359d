import { failureReasons, type Sandbox } from '@sleepless/domain'

import { fail, ok, warn, type Check, type Verdict } from './finding.ts'
import { probeAttempt, type Probed } from './probe-attempt.ts'

/** Runs what a task would run, up to the model: a scripted one takes its place, at no cost. */
export const checkAttempt: Check = {
  name: 'attempt',
  async look({ config, home }) {
    const { SLEEPLESS_SANDBOX: mode, BUBBLEWRAP_BIN: bubblewrap, CLAUDE_BIN: binary } = config
    if (mode === 'off') return warn('not tried: SLEEPLESS_SANDBOX is off', 'See sandbox.')
    const { createSandbox } = await import('@sleepless/sandbox')
    const sandbox: Sandbox = createSandbox({ bubblewrap })
    if (!(await sandbox.probe()).available) {
      return warn('not tried: there is no sandbox', 'See sandbox.')
    }
    return verdictOf(await probeAttempt({ sandbox, binary, hidden: home.path }))
  },
}

function verdictOf({ outcome, seen }: Probed): Verdict {
  if (outcome.kind === 'failed') {
    const { code, message } = outcome.failure
    return fail(`${code}: ${message}`, failureReasons[code].remedy)
  }
  if (outcome.kind !== 'succeeded' || seen === undefined) {
    return fail('it ended without an answer', 'Try again; then look at what bwrap says.')
  }
  const { version, networks, reachesLoopback, seesHome } = seen
  const leaks = [
    ...networks.filter((name) => name !== 'lo').map((name) => `the network ${name}`),
    ...(reachesLoopback ? ['ports of the host'] : []),
    ...(seesHome ? ['SLEEPLESS_HOME'] : []),
  ]
  if (leaks.length > 0) {
    return fail(
      `an agent reaches ${leaks.join(', ')}`,
      'Set SLEEPLESS_SANDBOX=required, and report it.',
    )
  }
  return ok(`Claude Code ${version} ran a command inside; it reaches its gateway, and nothing else`)
}
