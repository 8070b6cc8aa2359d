import { createApiClient, type ApiClient, type Fetch } from '@sleepless/contracts'
import type { Environment, Home } from '@sleepless/runtime'

/** Where nobody listens; only its path is of interest. */
export const OFFLINE_URL = 'http://localhost'

/** Answers as the service would, from the files of one that does not run. */
export function offlineClient(home: Home, env: Environment): ApiClient {
  let opened: Promise<Fetch> | undefined
  const fetch: Fetch = async (url, init) => {
    // Only now: what answers is the whole service.
    opened ??= import('./open-offline.ts').then(({ openOffline }) => openOffline(home, env))
    return (await opened)(url, init)
  }
  return createApiClient({ url: OFFLINE_URL, token: 'none', fetch })
}
