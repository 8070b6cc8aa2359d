const MAX_LENGTH = 600

/** What git said without user names, passwords and queries of addresses. */
export function redact(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"/]*@/gi, '$1')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s'"?]*)\?[^\s'"]*/gi, '$1')
}

/**
 * The same for a message: without hints and control characters (file names come from agents), at most
 * 600 characters.
 */
export function summary(text: string): string {
  return redact(text)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('hint:'))
    .map((line) => line.replace(/\p{Cc}/gu, ''))
    .join('\n')
    .slice(0, MAX_LENGTH)
}
