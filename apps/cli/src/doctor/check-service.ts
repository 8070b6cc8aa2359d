import { connect, type Socket } from 'node:net'

import { ApiError, createApiClient, type ServiceHealthView } from '@sleepless/contracts'
import { readSecret } from '@sleepless/runtime'

import { fail, ok, warn, type Check, type DoctorFacts, type Verdict } from './finding.ts'
import { isReady } from './is-ready.ts'
import { portOwner } from './port-owner.ts'

const DEADLINE_MS = 5000
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

export const checkApi: Check = {
  name: 'api',
  async look(facts) {
    const { config, home, url } = facts
    if (!(await isReady(url))) return notReady(facts)
    const token = config.SLEEPLESS_API_TOKEN ?? readSecret(home, 'api-token')
    if (token === undefined) {
      const remedy = 'Set SLEEPLESS_API_TOKEN to the token of that service.'
      return fail(`${url} answers, and there is no token for it here`, remedy)
    }
    try {
      const { reasons } = await createApiClient({ url, token, timeoutMs: DEADLINE_MS }).health()
      if (reasons.length === 0) return ok(`${url} answers and takes the token`)
      const remedies = reasons.map(({ code }) => remedyOf[code])
      return warn(reasons.map(({ detail }) => detail).join(' '), remedies.join(' '))
    } catch (error) {
      if (!(error instanceof ApiError && (error.status === 401 || error.status === 403)))
        throw error
      const remedy = 'Use the token of that service, in SLEEPLESS_API_TOKEN or in its home.'
      return fail(`${url} refuses the token: ${error.message}`, remedy)
    }
  },
}

const remedyOf: Readonly<Record<ServiceHealthView['reasons'][number]['code'], string>> = {
  DATABASE_FAILING: 'Look at the disk of the service.',
  QUEUE_UNREACHABLE: 'Start Redis, or correct QUEUE_URL of the service.',
  NO_SCHEDULER: 'Start one: sleepless scheduler',
  NO_WORKERS: 'Start one: sleepless worker. See: sleepless workers',
  DISK_LOW: 'Make room on the disk of the service.',
}

function notReady({ config, url }: DoctorFacts): Verdict {
  const detail = `no answer from ${url}`
  if (config.SLEEPLESS_API_URL === undefined) return warn(detail, 'Start it with: sleepless up')
  return fail(detail, 'Start the service there, or correct SLEEPLESS_API_URL.')
}

export const checkPort: Check = {
  name: 'port',
  async look({ url }) {
    const { hostname, port, protocol } = new URL(url)
    const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
    if (!LOOPBACK.has(hostname)) return ok(`${number} of ${hostname}, on another machine`)
    if (!(await isTaken(hostname.replaceAll(/[[\]]/g, ''), number))) return ok(`${number} is free`)
    if (await isReady(url)) return ok(`${number} is the service's`)
    const owner = await portOwner(number)
    return fail(
      `${number} is taken by ${owner ?? 'another program, or by a service that is not ready'}`,
      'Stop that program, or set SLEEPLESS_API_PORT to another port.',
    )
  },
}

function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host, port, timeout: DEADLINE_MS })
    const settle = (taken: boolean) => (): void => {
      socket.destroy()
      resolve(taken)
    }
    socket.once('connect', settle(true))
    socket.once('timeout', settle(true))
    socket.once('error', settle(false))
  })
}
