import type { Report } from '@sleepless/contracts'

/** What has been told and not yet taken, in memory. */
export interface Backlog {
  addReport(report: Report): void
  addOutput(text: string): void
  /** The oldest reports, with the number of the first. */
  nextReports(): { readonly firstSeq: number; readonly reports: readonly Report[] }
  /** Everything up to this number has been taken. */
  reportsTaken(lastSeq: number): void
  /** The oldest output, with its place in the whole. */
  nextOutput(): { readonly offset: number; readonly chunk: Uint8Array }
  /** Everything before this offset has been taken. */
  outputTaken(offset: number): void
  isEmpty(): boolean
  outputBytes(): number
  reportCount(): number
  clear(): void
}

const MAX_CHUNK_BYTES = 256 * 1024
// The longest ones, at six bytes for each character, are less than the service takes at once.
const MAX_REPORTS = 50

export function createBacklog(): Backlog {
  let reports: Report[] = []
  let firstSeq = 1
  let output: Buffer = Buffer.alloc(0)
  let offset = 0
  let added: Buffer[] = []
  let addedBytes = 0

  function joined(): Buffer {
    if (added.length > 0) output = Buffer.concat([output, ...added])
    added = []
    addedBytes = 0
    return output
  }

  return {
    addReport: (report) => void reports.push(report),
    addOutput(text) {
      const bytes = Buffer.from(text)
      added.push(bytes)
      addedBytes += bytes.length
    },
    nextReports: () => ({ firstSeq, reports: reports.slice(0, MAX_REPORTS) }),
    reportsTaken(lastSeq) {
      reports = reports.slice(lastSeq + 1 - firstSeq)
      firstSeq = lastSeq + 1
    },
    nextOutput: () => ({ offset, chunk: joined().subarray(0, MAX_CHUNK_BYTES) }),
    outputTaken(end) {
      output = joined().subarray(end - offset)
      offset = end
    },
    isEmpty: () => reports.length === 0 && output.length + addedBytes === 0,
    outputBytes: () => output.length + addedBytes,
    reportCount: () => reports.length,
    clear() {
      reports = []
      added = []
      addedBytes = 0
      output = Buffer.alloc(0)
    },
  }
}
