import { environment, homeAt, loadConfig, type Home } from '@sleepless/runtime'

import type { CliContext } from '../cli-context.ts'
import { readEnvironment } from '../connection/environment.ts'

const homeConfig = environment.pick({ SLEEPLESS_HOME: true })

/** The home that a command which needs no service works on. */
export function homeOf(context: CliContext): Home {
  return homeAt(loadConfig(homeConfig, readEnvironment(context).values).SLEEPLESS_HOME)
}
