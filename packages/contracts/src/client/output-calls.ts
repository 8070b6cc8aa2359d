import type { Transport } from './transport.ts'

export interface OutputOptions {
  /** Until the task has ended. */
  readonly follow?: boolean
  readonly fromByte?: number
  readonly signal?: AbortSignal
}

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
  /** At most so many bytes of its end. */
  outputEnd(id: string, lastBytes: number): Promise<OutputEnd>
}

export function outputCalls(transport: Transport): OutputCalls {
  return {
    output: async (id, { follow, fromByte, signal } = {}) =>
      bodyOf(
        await transport.open(pathOf(id), {
          query: { follow: follow === true ? 'true' : undefined },
          headers: fromByte === undefined ? {} : { range: `bytes=${fromByte}-` },
          signal,
        }),
      ),
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

export function bodyOf(response: Response): ReadableStream<Uint8Array> {
  return response.body ?? new Blob([]).stream()
}

function pathOf(id: string): string {
  return `/v1/tasks/${encodeURIComponent(id)}/output`
}
