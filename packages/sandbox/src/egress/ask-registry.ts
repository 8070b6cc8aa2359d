import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

const SILENCE_MS = 60_000

export interface RegistryQuestion {
  readonly url: string
  readonly method: string
  readonly headers: OutgoingHttpHeaders
  readonly signal: AbortSignal
}

/** @throws when no answer begins, or the signal is aborted. */
export type AskRegistry = (question: RegistryQuestion) => Promise<IncomingMessage>

/** Connections are kept for the attempts of a worker: nothing of who asks is on them. */
export function createRegistryClient(): Disposable & { readonly ask: AskRegistry } {
  const options = { keepAlive: true, maxSockets: 64, scheduling: 'lifo' } as const
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) }
  return {
    ask: ({ url, method, headers, signal }) =>
      new Promise((resolve, reject) => {
        const isSecure = url.startsWith('https:')
        const agent = agents[isSecure ? 'https:' : 'http:']
        const open = isSecure ? httpsRequest : httpRequest
        const request = open(url, { method, headers, agent, signal })
        request.setTimeout(SILENCE_MS, () => request.destroy(new Error('no answer in time')))
        request.once('response', resolve)
        request.on('error', reject)
        request.end()
      }),
    [Symbol.dispose]() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}
