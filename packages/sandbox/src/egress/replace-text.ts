import { Transform } from 'node:stream'

/** Replaces texts in a stream, also where they fall into two chunks. Bytes that are no text stay as they are. */
export function replaceText(pairs: readonly (readonly [from: string, to: string])[]): Transform {
  const longest = Math.max(0, ...pairs.map(([from]) => from.length))
  let kept = ''
  const replaced = (text: string): string =>
    pairs.reduce((left, [from, to]) => left.replaceAll(from, () => to), text)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // One character a byte.
      const text = replaced(kept + chunk.toString('latin1'))
      const end = Math.max(0, text.length - longest + 1)
      kept = text.slice(end)
      done(null, Buffer.from(text.slice(0, end), 'latin1'))
    },
    flush(done) {
      done(null, Buffer.from(kept, 'latin1'))
    },
  })
}
