const MAX_LENGTH = 600

/**
 * What git said, fit for a log: without user names, passwords and queries of addresses, without
 * control characters (file names come from agents), without hints, at most 600 characters.
 */
export function redact(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('hint:'))
    .join('\n')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"/]*@/gi, '$1')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s'"?]*)\?[^\s'"]*/gi, '$1')
    .replace(/(?!\n)\p{Cc}/gu, '')
    .slice(0, MAX_LENGTH)
}
