import type { RawData } from 'ws'

/** The text of a WebSocket message, in whichever of ws's shapes it comes. */
export function socketText(data: RawData): string {
  const parts = [data].flat().map((part) => new Uint8Array(part))
  return Buffer.concat(parts).toString('utf8')
}
