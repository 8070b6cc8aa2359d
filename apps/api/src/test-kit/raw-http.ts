import { connect, type Socket } from 'node:net'

/** What a service sends back, byte for byte, until it closes: what is in order should ask it to. */
export async function rawAnswer(url: string, bytes: string | Uint8Array): Promise<string> {
  const socket = dial(url)
  socket.write(bytes)
  return received(socket)
}

export function dial(url: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  // Being cut off is one of the answers.
  socket.on('error', () => undefined)
  return socket
}

/** All that comes until the connection is closed. */
export async function received(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}

/** Sends one byte after the other, until the connection is closed. @returns what came back. */
export async function drip(url: string, head: string, byte: string): Promise<string> {
  const socket = dial(url)
  socket.write(head)
  const timer = setInterval(() => socket.write(byte), 10)
  try {
    return await received(socket)
  } finally {
    clearInterval(timer)
    socket.destroy()
  }
}

/** The status of every answer that is in there. */
export function statusesIn(text: string): readonly number[] {
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
}
