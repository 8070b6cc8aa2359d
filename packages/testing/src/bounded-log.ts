/** The newest items that fit into both bounds: memory stays flat however long a test runs. */
export interface BoundedLog<Item> {
  readonly items: readonly Item[]
  add(item: Item, sizeBytes: number): void
}

export interface BoundedLogOptions {
  readonly maxItems: number
  readonly maxBytes: number
}

export function createBoundedLog<Item>(options: BoundedLogOptions): BoundedLog<Item> {
  const items: Item[] = []
  const sizes: number[] = []
  let totalBytes = 0

  return {
    items,
    add(item, sizeBytes) {
      items.push(item)
      sizes.push(sizeBytes)
      totalBytes += sizeBytes
      while (
        items.length > 1 &&
        (items.length > options.maxItems || totalBytes > options.maxBytes)
      ) {
        items.shift()
        totalBytes -= sizes.shift() ?? 0
      }
    },
  }
}
