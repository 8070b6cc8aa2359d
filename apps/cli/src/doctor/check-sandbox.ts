import { failureReasons } from '@sleepless/domain'

import { fail, warn, type Check, type DoctorFacts, type Verdict } from './finding.ts'

type SandboxMode = DoctorFacts['config']['SLEEPLESS_SANDBOX']

// The worker has no sandbox yet, so an installed bubblewrap makes no difference.
const verdicts: Readonly<Record<SandboxMode, Verdict>> = {
  off: warn(
    'off: agents may do all that the user may whom the worker runs as',
    'Set SLEEPLESS_SANDBOX=auto, unless the machine is there for nothing else.',
  ),
  auto: warn(
    'auto: without a sandbox, agents may edit files in their workspace and run no commands',
    'Where tasks must run commands: SLEEPLESS_SANDBOX=off, on a machine that is there for nothing else.',
  ),
  required: fail(
    'required, and this version has no sandbox yet: tasks wait',
    failureReasons.SANDBOX_UNAVAILABLE.remedy,
  ),
}

export const checkSandbox: Check = {
  name: 'sandbox',
  look: ({ config }) => Promise.resolve(verdicts[config.SLEEPLESS_SANDBOX]),
}
