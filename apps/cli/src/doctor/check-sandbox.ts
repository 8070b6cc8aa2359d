import { failureReasons, type LimitInForce, type SandboxAvailability } from '@sleepless/domain'

import { fail, ok, warn, type Check, type DoctorFacts, type Verdict } from './finding.ts'

type SandboxMode = DoctorFacts['config']['SLEEPLESS_SANDBOX']

const OFF = warn(
  'off: agents may do all that the user may whom the worker runs as',
  'Set SLEEPLESS_SANDBOX=auto, unless the machine is there for nothing else.',
)

export const checkSandbox: Check = {
  name: 'sandbox',
  async look({ config: { SLEEPLESS_SANDBOX: mode, BUBBLEWRAP_BIN: bubblewrap } }) {
    if (mode === 'off') return OFF
    const { createSandbox } = await import('@sleepless/sandbox')
    return verdictOf(mode, await createSandbox({ bubblewrap }).probe())
  },
}

function verdictOf(mode: Exclude<SandboxMode, 'off'>, found: SandboxAvailability): Verdict {
  if (!found.available) {
    const detail = `${mode}: ${found.detail}`
    if (mode === 'required') return fail(detail, failureReasons.SANDBOX_UNAVAILABLE.remedy)
    return warn(detail, 'Until then, agents edit files in their workspace and run no commands.')
  }
  const { version, limits, missingLimits, filtersCalls } = found
  const inForce = limits.map(described).join(', ')
  const detail = `${mode}: ${version}; limits: ${inForce}`
  if (!filtersCalls) {
    return warn(`${detail}; system calls are not filtered`, 'Use a kernel with seccomp filters.')
  }
  if (missingLimits.length > 0) {
    const missing = missingLimits.join(', ')
    return warn(`${detail}; nothing limits ${missing}`, 'Let the worker write to its cgroup.')
  }
  return ok(detail)
}

function described({ limit, value, mechanism }: LimitInForce): string {
  return `${limit} ${value} (${mechanism})`
}
