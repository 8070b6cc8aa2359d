import type { IncomingHttpHeaders } from 'node:http'

/**
 * A request as the provider will read it, however it was written: no name twice, no escapes that hide a
 * word, nothing packed. What its worst case is told from, and what is passed on, are the same bytes.
 *
 * @returns undefined for what can't be read.
 */
export function plainRequest(body: Buffer, headers: IncomingHttpHeaders): Buffer | undefined {
  const { 'content-encoding': encoding = 'identity' } = headers
  if (encoding.toLowerCase() !== 'identity') return undefined
  try {
    return Buffer.from(JSON.stringify(JSON.parse(body.toString())))
  } catch {
    return undefined
  }
}
