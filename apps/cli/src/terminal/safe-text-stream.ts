import { safeText } from './safe-text.ts'

const ESCAPE = '\u001b'
/** Longer ones are not waited for. */
const MAX_SEQUENCE = 256
// What has come of a sequence, after ESC, when its end has not: of a CSI, an OSC or a short one.
const UNFINISHED = /^(?:\[[0-?]*[ -/]*|\][^\p{Cc}]*|[ -/]*)$/u

/** Makes bytes safe for a terminal as they come: see `safeText`. */
export function safeTextStream(): TransformStream<Uint8Array, string> {
  const decoder = new TextDecoder()
  let held = ''
  return new TransformStream({
    transform(bytes, controller) {
      const text = held + decoder.decode(bytes, { stream: true })
      const end = unfinishedFrom(text)
      held = text.slice(end)
      controller.enqueue(safeText(text.slice(0, end)))
    },
    flush(controller) {
      controller.enqueue(safeText(held + decoder.decode()))
    },
  })
}

/** Where something begins that the end of the chunk has cut; the length of the text when nothing does. */
function unfinishedFrom(text: string): number {
  if (text.endsWith('\r')) return text.length - 1
  const escape = text.lastIndexOf(ESCAPE)
  const tail = escape === -1 ? undefined : text.slice(escape + 1)
  const isCut = tail !== undefined && tail.length < MAX_SEQUENCE && UNFINISHED.test(tail)
  return isCut ? escape : text.length
}
