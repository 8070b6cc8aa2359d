export interface ByteRange {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/**
 * The part of a body that a `Range` header asks for: one range of bytes; anything else is ignored, as
 * HTTP allows.
 *
 * @returns undefined when the whole body is meant; `unsatisfiable` when the body is shorter than that.
 */
export function byteRange(
  header: string | undefined,
  lengthBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return undefined
  const [, first = '', last = ''] = match
  const range =
    first === ''
      ? { from: Math.max(0, lengthBytes - Number(last)), to: lengthBytes }
      : {
          from: Number(first),
          to: last === '' ? lengthBytes : Math.min(lengthBytes, Number(last) + 1),
        }
  return range.from < range.to ? range : 'unsatisfiable'
}
