import {
  bodyOf,
  followOutput,
  openOutput,
  type FollowOutputOptions,
  type OutputOptions,
} from './follow-output.ts'
import type { Transport } from './transport.ts'

/** The end of an output. */
export interface OutputEnd {
  /** Where it begins; 0: it is the whole of it. */
  readonly fromByte: number
  readonly bytes: Uint8Array
}

/** What agents have printed. */
export interface OutputCalls {
  /** The output in bytes. */
  output(id: string, options?: OutputOptions): Promise<ReadableStream<Uint8Array>>
  /** The output until the task has ended, over as many connections as it takes. */
  followOutput(
    id: string,
    options: FollowOutputOptions,
  ): AsyncGenerator<Uint8Array, void, undefined>
  /** At most so many bytes of its end. */
  outputEnd(id: string, lastBytes: number): Promise<OutputEnd>
}

export function outputCalls(transport: Transport): OutputCalls {
  return {
    output: async (id, options = {}) => bodyOf(await openOutput(transport, id, options)),
    followOutput: (id, options) => followOutput(transport, id, options),
    async outputEnd(id, lastBytes) {
      const response = await transport.open(pathOf(id), {
        headers: { range: `bytes=-${lastBytes}` },
        // There is no end of what is empty; that is no error of whoever asks.
        accept: [RANGE_NOT_SATISFIABLE],
      })
      if (response.status === RANGE_NOT_SATISFIABLE) {
        await response.body?.cancel()
        return { fromByte: 0, bytes: new Uint8Array() }
      }
      const first = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]
      return { fromByte: Number(first ?? 0), bytes: await response.bytes() }
    },
  }
}

const RANGE_NOT_SATISFIABLE = 416

function pathOf(id: string): string {
  return `/v1/tasks/${encodeURIComponent(id)}/output`
}
