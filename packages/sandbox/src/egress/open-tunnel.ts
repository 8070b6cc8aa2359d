import { once } from 'node:events'
import type { Duplex } from 'node:stream'

import type { Allowance } from './allowance.ts'
import { findAddress, type Network } from './find-address.ts'
import { isListed } from './host-list.ts'
import type { Refusals } from './refusals.ts'

/** TLS alone: what is not encrypted could be changed on its way, and other ports are other services. */
const TLS_PORT = 443
/** To find a host and to reach it. */
const CONNECT_MS = 15_000
const SILENCE_MS = 300_000

export interface TunnelOptions {
  /** Those that are allowed. */
  readonly hosts: readonly string[]
  readonly network: Network
  readonly allowance: Allowance
  readonly refusals: Refusals
  /** Aborted to hang up on both sides. */
  readonly signal: AbortSignal
}

/** What was asked for, before anything is known of it. */
interface Request {
  readonly host: string
  readonly port: number
}

interface Refusal {
  readonly status: string
  readonly message: string
}

/**
 * Answers a CONNECT: a tunnel to a host that is allowed, or a refusal.
 *
 * @param authority `host:port`. @param head what came with the request.
 */
export async function openTunnel(
  authority: string,
  client: Duplex,
  head: Buffer,
  options: TunnelOptions,
): Promise<void> {
  const { network, refusals, allowance } = options
  client.on('error', () => client.destroy())
  const asked = requested(authority)
  const refusal = refusalOf(asked, options)
  if (refusal !== undefined) return refuse(client, asked, refusal, refusals)
  const { host, port } = asked
  const deadline = AbortSignal.any([options.signal, AbortSignal.timeout(CONNECT_MS)])
  const found = await findAddress(host, network, deadline)
  if ('problem' in found) return refuse(client, asked, PROBLEMS[found.problem](host), refusals)
  if (client.destroyed || deadline.aborted) return void client.destroy()

  // By its address: a second answer of the name server is not asked for.
  const server = network.connect({ address: found.address, port })
  try {
    await once(server, 'connect', { signal: deadline })
  } catch {
    server.on('error', () => undefined)
    server.destroy()
    return refuse(client, asked, unreachable(host), undefined)
  }
  client.write('HTTP/1.1 200 Connection established\r\n\r\n')
  if (head.length > 0) server.write(head)
  const hangUp = (): void => {
    client.destroy()
    server.destroy()
  }
  const count = (chunk: Buffer): void => {
    if (allowance.take(chunk.length)) return
    refusals.add('', 'What this attempt may send and receive is used up.')
    hangUp()
  }
  server.setTimeout(SILENCE_MS, hangUp)
  server.on('error', hangUp)
  options.signal.addEventListener('abort', hangUp, { once: true })
  for (const side of [client, server]) side.on('data', count).once('close', hangUp)
  server.once('close', () => options.signal.removeEventListener('abort', hangUp))
  client.pipe(server).pipe(client)
}

function requested(authority: string): Request {
  const separator = authority.lastIndexOf(':')
  const port = authority.slice(separator + 1)
  return {
    host: authority.slice(0, Math.max(separator, 0)).toLowerCase().replace(/\.$/, ''),
    port: /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN,
  }
}

function refusalOf({ host, port }: Request, { hosts }: TunnelOptions): Refusal | undefined {
  if (!isListed(host, hosts)) {
    return forbidden(`${shown(host)} is not among the hosts that the project's agents may reach.`)
  }
  if (port !== TLS_PORT)
    return forbidden(`${shown(host)} may be reached on port ${TLS_PORT} alone.`)
  return undefined
}

const PROBLEMS = {
  unknown: (host: string): Refusal => ({
    status: '502 Bad Gateway',
    message: `The host ${host} is not known.`,
  }),
  'not-public': (host: string): Refusal =>
    forbidden(
      `${host} has no public address: agents reach nothing on this machine or its network.`,
    ),
} as const

function unreachable(host: string): Refusal {
  return { status: '504 Gateway Timeout', message: `The host ${host} cannot be reached.` }
}

function forbidden(message: string): Refusal {
  return { status: '403 Forbidden', message }
}

/** What an agent has written, for a person. */
function shown(host: string): string {
  return /^[\w.:[\]-]{1,253}$/.test(host) ? host : 'What was asked for'
}

function refuse(
  client: Duplex,
  { host }: Request,
  { status, message }: Refusal,
  refusals: Refusals | undefined,
): void {
  refusals?.add(host, `Refused: ${message}`)
  const body = `${message}\n`
  const headers = `content-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}`
  client.end(`HTTP/1.1 ${status}\r\n${headers}\r\nconnection: close\r\n\r\n${body}`)
}
