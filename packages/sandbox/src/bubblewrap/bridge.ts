import { execPath } from 'node:process'

import { LAUNCHER } from './launcher.ts'

/** From a port of the loopback address inside to a socket. */
export interface Forward {
  readonly port: number
  readonly path: string
}

/** The program that runs inside beside the agent: Node, because the worker itself runs on it. */
export const BRIDGE_PROGRAM: string = execPath

const BRIDGE_FAILED = 71

/**
 * Runs inside, as whoever is there: it is no part of what holds them. What asks the process group to
 * end means the program; the bridge ends with the sandbox.
 */
const SOURCE = `
const { connect, createServer } = require('node:net')
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => undefined)
const forwards = JSON.parse(process.argv[1])
let missing = forwards.length
for (const { port, path } of forwards) {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path, allowHalfOpen: true })
    const hangUp = () => { near.destroy(); far.destroy() }
    for (const side of [near, far]) side.on('error', hangUp)
    near.pipe(far).pipe(near)
  })
  server.on('error', () => process.exit(1))
  server.listen(port, '127.0.0.1', () => --missing === 0 && process.stdout.write('ready\\n'))
}`

/** Waits for the bridge, whose parent is gone by then, so that the program has no child it does not know. */
const SCRIPT = `
exec 3< <( ("$1" -e "$2" -- "$3" < /dev/null 2> /dev/null) & )
read -r -t 20 <&3 || { echo 'the bridge to the network did not start' >&2; exit ${BRIDGE_FAILED}; }
exec 3<&-
shift 3
exec "$@"`

/** @returns the program, and before it the bridge where there is something to forward. */
export function withBridge(
  program: readonly string[],
  forwards: readonly Forward[],
): readonly string[] {
  if (forwards.length === 0) return program
  const bridge = [BRIDGE_PROGRAM, SOURCE, JSON.stringify(forwards)]
  return [LAUNCHER, '--norc', '-c', SCRIPT, 'sleepless-bridge', ...bridge, ...program]
}
