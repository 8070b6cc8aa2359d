import type { Logger } from '@sleepless/runtime'

/** Says once that something is out of reach, and once that it is back. */
export interface Outage {
  failed(error: unknown): void
  recovered(): void
}

export interface OutageMessages {
  readonly began: string
  readonly ended: string
}

export function createOutage(logger: Logger, { began, ended }: OutageMessages): Outage {
  let isOut = false
  return {
    failed(err) {
      if (!isOut) logger.warn({ err }, began)
      isOut = true
    },
    recovered() {
      if (isOut) logger.info(ended)
      isOut = false
    },
  }
}
