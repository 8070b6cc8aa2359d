import type { Credential } from './claude-executor-options.ts'

const DEFAULT_BASE_URL = 'https://api.anthropic.com'
const DEADLINE_MS = 10_000

/**
 * Asks the provider for its list of models, which costs nothing.
 *
 * @param baseUrl of the model API; default: the provider's own.
 * @returns whether it takes the credential; undefined when the answer does not tell.
 */
export async function checkCredential(
  credential: Credential,
  baseUrl: string = DEFAULT_BASE_URL,
): Promise<boolean | undefined> {
  try {
    const { status, body } = await fetch(`${baseUrl.replace(/\/+$/, '')}/v1/models?limit=1`, {
      headers: { 'anthropic-version': '2023-06-01', ...proofOf(credential) },
      redirect: 'manual',
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    await body?.cancel()
    if (status === 200) return true
    return status === 401 || status === 403 ? false : undefined
  } catch {
    return undefined
  }
}

function proofOf({ kind, value }: Credential): Record<string, string> {
  if (kind === 'api-key') return { 'x-api-key': value }
  return { authorization: `Bearer ${value}`, 'anthropic-beta': 'oauth-2025-04-20' }
}
