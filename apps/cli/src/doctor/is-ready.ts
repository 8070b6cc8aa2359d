import { createApiClient } from '@sleepless/contracts'

const DEADLINE_MS = 5000

/** Whether a service answers there. This question needs no token. */
export async function isReady(url: string): Promise<boolean> {
  try {
    return await createApiClient({ url, token: 'none', timeoutMs: DEADLINE_MS }).ready()
  } catch {
    return false
  }
}
