import { readFileSync } from 'node:fs'
import path from 'node:path'

import type { Home } from '@sleepless/runtime'
import { z } from 'zod'

export interface UrlSources {
  /** From the command line. */
  readonly url?: string | undefined
  readonly SLEEPLESS_API_URL?: string | undefined
  /** 0 when the service chose the port itself. */
  readonly SLEEPLESS_API_PORT?: number | undefined
}

const DEFAULT_PORT = 7300

const addressFile = z.object({ url: z.url({ protocol: /^https?$/ }) })

/** Where the service is: as told, else where it wrote that it is, else where it is by default. */
export function findUrl(home: Home, sources: UrlSources): string {
  const told = sources.url ?? sources.SLEEPLESS_API_URL
  if (told !== undefined) return told
  const port = sources.SLEEPLESS_API_PORT
  if (port !== undefined && port !== 0) return loopback(port)
  return writtenUrl(home) ?? loopback(DEFAULT_PORT)
}

function loopback(port: number): string {
  return `http://127.0.0.1:${port}`
}

function writtenUrl(home: Home): string | undefined {
  try {
    return addressFile.parse(JSON.parse(readFileSync(path.join(home.path, 'api.json'), 'utf8'))).url
  } catch {
    // No service wrote one, or not all of it.
    return undefined
  }
}
