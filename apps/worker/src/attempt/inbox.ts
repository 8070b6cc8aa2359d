import type { AgentMessage } from '@sleepless/domain'

/** What people say to one attempt's agent, on its way there. */
export interface Inbox extends AsyncIterable<AgentMessage> {
  /** Those up to the last number that came before are left out. */
  add(messages: readonly AgentMessage[]): void
  /** The number of the last that came, or that the attempt began with; 0 for none. */
  taken(): number
  /** Nothing more comes: whoever reads is told so. */
  close(): void
}

type Next = IteratorResult<AgentMessage, undefined>

const OVER: Next = { done: true, value: undefined }

/** @param begunWith the number of the last message that the attempt was claimed with; 0 for none. */
export function createInbox(begunWith: number): Inbox {
  const waiting: AgentMessage[] = []
  let taken = begunWith
  let isClosed = false
  let reader: ((next: Next) => void) | undefined

  function give(next: Next): void {
    const to = reader
    reader = undefined
    to?.(next)
  }

  function close(): void {
    isClosed = true
    give(OVER)
  }

  const iterator: AsyncIterator<AgentMessage, undefined> = {
    next() {
      const message = waiting.shift()
      if (message !== undefined) return Promise.resolve({ done: false, value: message })
      if (isClosed) return Promise.resolve(OVER)
      const { promise, resolve } = Promise.withResolvers<Next>()
      reader = resolve
      return promise
    },
    async return() {
      waiting.length = 0
      close()
      return OVER
    },
  }

  return {
    add(messages) {
      for (const message of messages) {
        // The one before may still be on its way into the agent when the service sends it again.
        if (message.number <= taken) continue
        taken = message.number
        if (isClosed) continue
        if (reader === undefined) waiting.push(message)
        else give({ done: false, value: message })
      }
    },
    taken: () => taken,
    close,
    [Symbol.asyncIterator]: () => iterator,
  }
}
