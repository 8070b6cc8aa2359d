const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
}

/**
 * The bytes of a path as git prints it under `core.quotePath`: in quotes, with octal escapes, when
 * anything in it is unusual. Bytes, because a file name need not be UTF-8.
 */
export function unquotePath(text: string): Buffer {
  if (!text.startsWith('"')) return Buffer.from(text)
  const bytes: number[] = []
  for (const [token] of text.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]/gs)) {
    const escaped = token.slice(1)
    if (escaped.length === 3) bytes.push(Number.parseInt(escaped, 8))
    else bytes.push(ESCAPES[escaped] ?? token.charCodeAt(0))
  }
  return Buffer.from(bytes)
}
