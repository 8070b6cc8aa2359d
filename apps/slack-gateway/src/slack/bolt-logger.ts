import { LogLevel, type Logger as BoltLogger } from '@slack/bolt'
import type { Logger } from '@sleepless/runtime'

/**
 * Bolt's own lines, in our log. Its debug lines hold payloads, response addresses and the tickets of
 * connections: they are dropped. What somebody must act on, we log ourselves where we catch it, so
 * that bolt's errors, which repeat with every try, are debug lines too.
 */
export function createBoltLogger(logger: Logger, secrets: readonly string[]): BoltLogger {
  const write = (...parts: readonly unknown[]): void => {
    logger.debug({ said: withoutSecrets(parts.map(String).join(' '), secrets) }, 'bolt')
  }
  return {
    debug: () => {},
    info: write,
    warn: write,
    error: write,
    getLevel: () => LogLevel.INFO,
    setLevel: () => {},
    setName: () => {},
  }
}

function withoutSecrets(line: string, secrets: readonly string[]): string {
  return secrets
    .reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line)
    .replaceAll(/\bticket=[^&\s"]+/g, 'ticket=[redacted]')
}
