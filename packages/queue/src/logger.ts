type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** What the queue needs of a logger; a pino logger is one. */
export interface QueueLogger {
  readonly info: Log
  readonly warn: Log
  readonly error: Log
}

const ignore: Log = () => undefined

export const silentLogger: QueueLogger = { info: ignore, warn: ignore, error: ignore }
