import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

import type { ModelUse } from '@sleepless/domain'

import { pathOf } from './admission.ts'

/** One request, for a log: nothing of what was said. */
export interface Exchange {
  readonly attemptId: string
  readonly method: string
  readonly path: string
  /** Absent when the client hung up before there was one. */
  readonly status: number | undefined
  readonly durationMs: number
  /** What the answer was counted as; absent when it cost nothing. */
  readonly use: Pick<ModelUse, 'model' | 'inputTokens' | 'outputTokens'> | undefined
}

type Handle = (incoming: IncomingMessage, response: ServerResponse) => Promise<ModelUse | undefined>

/** Handles requests, and tells of each when it has ended. */
export function logged(
  attemptId: string,
  handle: Handle,
  onExchange: (exchange: Exchange) => void,
): RequestListener {
  return (incoming, response) => {
    const { method = '' } = incoming
    const begunMs = performance.now()
    const tell = (use: ModelUse | undefined): void => {
      const status = response.headersSent ? response.statusCode : undefined
      const durationMs = performance.now() - begunMs
      onExchange({ attemptId, method, path: pathOf(incoming), status, durationMs, use })
    }
    // What breaks off in the middle of being read has nobody to be told.
    handle(incoming, response).then(tell, () => {
      response.destroy()
      tell(undefined)
    })
  }
}
