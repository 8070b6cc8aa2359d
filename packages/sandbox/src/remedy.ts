import { existsSync, readFileSync } from 'node:fs'

const SETTINGS = '/proc/sys/kernel'

/** What keeps users from making namespaces: settings of distributions. */
const RESTRICTIONS = [
  {
    isThere: () => setting('apparmor_restrict_unprivileged_userns') === '1',
    remedy:
      'AppArmor restricts user namespaces here: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or give bwrap a profile that allows them.',
  },
  {
    isThere: () => setting('unprivileged_userns_clone') === '0',
    remedy: 'Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1.',
  },
  {
    isThere: () => existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    remedy: 'In a container: security_opt: [seccomp=unconfined, systempaths=unconfined].',
  },
]

/** @returns a sentence that says what to do about it. */
export function remedyFor(problem: string): string {
  if (problem.includes('/bin/bash')) return 'Install bash.'
  if (/not found|ENOENT/.test(problem)) {
    return 'Install bubblewrap 0.8 or later (Debian: apt-get install bubblewrap).'
  }
  if (/operating system/.test(problem)) return 'Run workers on Linux, or in a Linux container.'
  if (/unknown option/i.test(problem)) return 'Install bubblewrap 0.8 or later.'
  const restriction = RESTRICTIONS.find(({ isThere }) => isThere())
  return (
    restriction?.remedy ??
    'See whether this user may make user namespaces: sysctl user.max_user_namespaces.'
  )
}

function setting(name: string): string | undefined {
  try {
    return readFileSync(`${SETTINGS}/${name}`, 'utf8').trim()
  } catch {
    return undefined
  }
}
