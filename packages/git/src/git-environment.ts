/** Who the host's commits are by. */
export interface Author {
  readonly name: string
  readonly email: string
}

/** What git gets of the worker's own environment. */
const PASSED_ON = [
  'PATH',
  'TMPDIR',
  'TZ',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
] as const

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Never asks a person, and gives up on a host that says nothing. */
const DEFAULT_SSH_COMMAND =
  'ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'

/**
 * Goes before each command as `-c`, where it outranks every configuration file: nothing that a
 * repository says makes git start a program.
 */
export const FIXED_CONFIG: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'core.autocrlf=false',
  'core.safecrlf=false',
  'core.quotePath=true',
  // A commit that was reported must outlive a power cut; git's default leaves loose objects to luck.
  'core.fsync=committed',
  'core.fsyncMethod=batch',
  'commit.gpgsign=false',
  'fetch.recurseSubmodules=false',
  'submodule.recurse=false',
  // Other repositories borrow the objects, so nothing may ever tidy them away.
  'gc.auto=0',
  'maintenance.auto=false',
  'safe.directory=*',
]

export interface EnvironmentOptions {
  /** The worker's environment; only a few names of it are passed on. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** An empty directory. */
  readonly homePath: string
  readonly author: Author
}

/** The whole environment of each git process of the host. */
export function gitEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { env, homePath, author } = options
  const passed = PASSED_ON.flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    PATH: DEFAULT_PATH,
    ...Object.fromEntries(passed),
    HOME: homePath,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // No `ext::`, which runs a command, and no other helper that happens to be installed.
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    GIT_SSH_COMMAND: env['GIT_SSH_COMMAND'] ?? DEFAULT_SSH_COMMAND,
    GIT_LITERAL_PATHSPECS: '1',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
  }
}
