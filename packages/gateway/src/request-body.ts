import type { IncomingMessage } from 'node:http'

/** The API takes 32 MiB. */
const MAX_REQUEST_BYTES = 64 * 2 ** 20

/** @throws when it breaks off, or is too large. */
export async function wholeBodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_REQUEST_BYTES) incoming.destroy(new Error('the request is too large'))
    else chunks.push(chunk)
  })
  await new Promise<void>((resolve, reject) => {
    incoming.once('end', resolve)
    incoming.once('error', reject)
    incoming.once('close', () => reject(new Error('the request broke off')))
  })
  return Buffer.concat(chunks)
}

/** A body without an end would fill whatever is behind the provider's door. */
export function limitBody(incoming: IncomingMessage): void {
  let bytes = 0
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_REQUEST_BYTES) incoming.destroy(new Error('the request is too large'))
  })
}
