import type { Credential } from '@sleepless/domain'
import { environment, type Environment } from '@sleepless/runtime'
import type { WorkerConfig } from '@sleepless/worker'

const credentialFields = environment.pick({
  ANTHROPIC_API_KEY: true,
  CLAUDE_CODE_OAUTH_TOKEN: true,
})

/**
 * The model credential as it is when somebody asks, so that a new one in `.env` needs no new start.
 *
 * @param reread reads the environment, with `.env`, once more; without it, or when it cannot be read, the
 *   credential stays what it was.
 */
export function liveCredential(
  { apiKey, oauthToken }: WorkerConfig['claude'],
  reread?: () => Environment,
): () => Credential | undefined {
  let known = credentialOf(apiKey, oauthToken)
  return () => {
    if (reread === undefined) return known
    try {
      const { success, data } = credentialFields.safeParse(given(reread()))
      if (success) known = credentialOf(data.ANTHROPIC_API_KEY, data.CLAUDE_CODE_OAUTH_TOKEN)
    } catch {
      // Somebody is just writing it.
    }
    return known
  }
}

/** An empty value counts as unset. */
function given(values: Environment): Environment {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value?.trim() !== ''))
}

function credentialOf(apiKey?: string, oauthToken?: string): Credential | undefined {
  if (apiKey !== undefined) return { kind: 'api-key', value: apiKey }
  if (oauthToken !== undefined) return { kind: 'oauth-token', value: oauthToken }
  return undefined
}
