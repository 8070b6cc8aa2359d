import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { createRemote } from '../harness/repository.ts'

/** A bare remote that counts, from its own side, what pushes have moved. */
export interface CountingRemote {
  readonly path: string
  /** `<reference> <before> <after>` for each update, oldest first. */
  updates(): readonly string[]
  /** Makes the remote run a script at a step of each push. */
  hook(name: 'pre-receive' | 'post-receive', script: string): void
}

export function countingRemote(folder: string): CountingRemote {
  const remote = createRemote(folder)
  const log = path.join(remote, 'updates')
  const count = `while read -r before after ref; do echo "$ref $before $after" >> ${log}; done`
  const hook = (name: string, script: string): void => {
    const file = path.join(remote, 'hooks', name)
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
  }
  hook('post-receive', count)
  return {
    path: remote,
    updates() {
      const text = existsSync(log) ? readFileSync(log, 'utf8') : ''
      return text.split('\n').filter((line) => line !== '')
    },
    hook: (name, script) => hook(name, name === 'post-receive' ? `${count}\n${script}` : script),
  }
}

export const NOWHERE = '0'.repeat(40)
