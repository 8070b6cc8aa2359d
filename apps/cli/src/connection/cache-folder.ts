import { homedir } from 'node:os'
import path from 'node:path'

import type { Environment } from '@sleepless/runtime'

/** Where this user keeps what can be made again; `bin/sleepless.js` finds it likewise. */
export function cacheFolder(env: Environment): string {
  const told = env['XDG_CACHE_HOME']
  const root = told !== undefined && path.isAbsolute(told) ? told : undefined
  return path.join(root ?? path.join(env['HOME'] ?? homedir(), '.cache'), 'sleepless')
}
