import { environmentFields, loadConfig, StartupError, type Environment } from '@sleepless/runtime'
import { z } from 'zod'

import { fail, ok, type Verdict } from './finding.ts'

const doctorFields = {
  ...environmentFields,
  SLEEPLESS_API_PORT: environmentFields.SLEEPLESS_API_PORT.unwrap().optional(),
}
const doctorConfig = z.object(doctorFields)
export type DoctorConfig = z.output<typeof doctorConfig>

export interface ReadDoctorConfig {
  /** With defaults in place of what is wrong, so that the other checks can go on. */
  readonly config: DoctorConfig
  readonly verdict: Verdict
}

export function readDoctorConfig(env: Environment): ReadDoctorConfig {
  try {
    return { config: loadConfig(doctorConfig, env), verdict: ok('all variables are well-formed') }
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    return {
      config: loadConfig(doctorConfig, wellFormed(env)),
      verdict: fail(error.message, 'The other checks go on with the defaults.'),
    }
  }
}

function wellFormed(env: Environment): Environment {
  const fields = Object.entries(doctorFields)
  return Object.fromEntries(
    fields.flatMap(([name, field]) =>
      field.safeParse(env[name]).success ? [[name, env[name]]] : [],
    ),
  )
}
