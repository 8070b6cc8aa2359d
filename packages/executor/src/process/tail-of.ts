import { createTextTail } from './text-tail.ts'

const CHARACTERS = 16 * 1024

/** Reads all that an agent says on its standard error, and keeps the end of it. */
export async function tailOf(errors: AsyncIterable<Buffer>): Promise<string> {
  const tail = createTextTail(CHARACTERS)
  const decoder = new TextDecoder()
  for await (const chunk of errors) tail.add(decoder.decode(chunk, { stream: true }))
  return tail.text
}
