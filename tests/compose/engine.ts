import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A program that runs containers, and the one that reads compose files for it. */
interface Engine {
  readonly command: 'docker' | 'podman'
  readonly compose: readonly [string, ...string[]]
}

/** What compose started under one project name. Services have as many containers as replicas. */
export interface Stack {
  compose(...args: readonly string[]): Promise<string>
  /** The names of a service's containers, running ones only. */
  containers(service: string): Promise<readonly string[]>
  exec(container: string, ...command: readonly string[]): Promise<string>
  logs(container: string): Promise<string>
  /** SIGKILL to all processes of a container. */
  kill(container: string): Promise<void>
  start(container: string): Promise<void>
  /** Takes everything away, with the volumes. @returns what is left all the same. */
  remove(): Promise<readonly string[]>
}

/** @param directory holds the compose files and `.env`. */
export async function createStack(
  project: string,
  directory: string,
  files: readonly string[],
): Promise<Stack> {
  const { command, compose: prefix } = await findEngine()
  const [composeCommand, ...composeArgs] = prefix
  const engine = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await run(command, args, { maxBuffer: 64 * 2 ** 20 })
    return args[0] === 'logs' ? stdout + stderr : stdout
  }
  const list = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await engine(...args)).split('\n').filter((line) => line !== '')
  const ofProject = `label=com.docker.compose.project=${project}`

  const compose = async (...args: readonly string[]): Promise<string> => {
    const fileArgs = files.flatMap((file) => ['-f', file])
    const { stdout } = await run(
      composeCommand,
      [...composeArgs, '-p', project, ...fileArgs, ...args],
      { cwd: directory, maxBuffer: 64 * 2 ** 20 },
    )
    return stdout
  }

  return {
    compose,
    containers: (service) =>
      list(
        'ps',
        '--format={{.Names}}',
        `--filter=${ofProject}`,
        `--filter=label=com.docker.compose.service=${service}`,
      ),
    exec: (container, ...args) => engine('exec', container, ...args),
    logs: (container) => engine('logs', container),
    kill: async (container) => void (await engine('kill', container)),
    start: async (container) => void (await engine('start', container)),
    async remove() {
      await compose('down', '-v')
      const network = `${project}_default`
      // podman-compose leaves it.
      await engine('network', 'rm', network).catch(() => undefined)
      const left = await Promise.all([
        list('ps', '-a', '--format={{.Names}}', `--filter=${ofProject}`),
        list('volume', 'ls', '--format={{.Name}}', `--filter=name=${project}_`),
        list('network', 'ls', '--format={{.Name}}', `--filter=name=${network}`),
      ])
      return left.flat()
    },
  }
}

async function findEngine(): Promise<Engine> {
  const hasDocker = await works('docker', 'compose', 'ls')
  if (hasDocker) return { command: 'docker', compose: ['docker', 'compose'] }
  if (await works('podman-compose', 'version')) {
    return { command: 'podman', compose: ['podman-compose'] }
  }
  throw new Error('neither `docker compose` with its daemon nor podman-compose is here')
}

function works(command: string, ...args: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  )
}
