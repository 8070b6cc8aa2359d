import type { ModelUse, Usage } from '@sleepless/domain'

import { sumOf, useOf, type Tokens } from './use.ts'

/** One answer of the provider that is on its way. */
export interface Entry {
  /** What it amounts to so far; later counts replace earlier ones. */
  count(model: string, tokens: Tokens): void
  /** Nothing more comes of it. */
  close(): void
  /** As it was counted last; undefined when nothing was. */
  use(): ModelUse | undefined
}

/** What an attempt used. */
export interface Ledger {
  open(): Entry
  /** Also of answers that are on their way. */
  usage(): Usage
  /** Of entries closed since this was last asked for, by model. */
  take(): readonly ModelUse[]
}

export function createLedger(): Ledger {
  const closed = new Map<string, ModelUse>()
  const fresh = new Map<string, ModelUse>()
  const open = new Set<{ use?: ModelUse }>()

  return {
    open() {
      const entry: { use?: ModelUse } = {}
      open.add(entry)
      return {
        count(model, tokens) {
          entry.use = useOf(model, tokens)
        },
        use: () => entry.use,
        close() {
          if (!open.delete(entry) || entry.use === undefined) return
          for (const uses of [closed, fresh]) add(uses, entry.use)
        },
      }
    },
    usage() {
      const uses = [...closed.values(), ...[...open].flatMap(({ use }) => use ?? [])]
      const sum = (amount: (use: ModelUse) => number): number =>
        uses.reduce((total, use) => total + amount(use), 0)
      return {
        costMicroUsd: sum((use) => use.costMicroUsd),
        // From the cache or not: all that the models read.
        inputTokens: sum((use) => use.inputTokens + use.cacheReadTokens + use.cacheWriteTokens),
        outputTokens: sum((use) => use.outputTokens),
      }
    },
    take() {
      const taken = [...fresh.values()]
      fresh.clear()
      return taken
    },
  }
}

function add(uses: Map<string, ModelUse>, use: ModelUse): void {
  const before = uses.get(use.model)
  uses.set(use.model, before === undefined ? use : sumOf(before, use))
}
