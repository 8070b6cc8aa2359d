import { once } from 'node:events'
import { createServer } from 'node:http'

import { PROBLEM_CONTENT_TYPE } from '@sleepless/contracts'

export interface RefusingApi extends AsyncDisposable {
  readonly url: string
}

/** A service that answers everything with the same problem. */
export async function refusing(status: number, code: string, detail: string): Promise<RefusingApi> {
  const body = JSON.stringify({ type: 'about:blank', title: code, status, detail, code })
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { 'content-type': PROBLEM_CONTENT_TYPE }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no TCP port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
