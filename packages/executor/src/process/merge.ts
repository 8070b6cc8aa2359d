interface Offer<T> {
  readonly value: T
  readonly taken: () => void
}

/**
 * Several streams as one: what comes first goes first, and each is read only as fast as it is taken.
 * Ends when all have ended. Whoever stops reading early also has to end the streams.
 *
 * @throws what one of them throws.
 */
export async function* merge<T>(
  streams: readonly AsyncIterable<T>[],
): AsyncGenerator<T, void, undefined> {
  const offers: Offer<T>[] = []
  let open = streams.length
  let failure: { readonly error: unknown } | undefined
  let news = Promise.withResolvers<void>()

  async function pump(stream: AsyncIterable<T>): Promise<void> {
    try {
      for await (const value of stream) {
        const { promise, resolve } = Promise.withResolvers<void>()
        offers.push({ value, taken: resolve })
        news.resolve()
        await promise
      }
    } catch (error) {
      failure ??= { error }
    }
    open -= 1
    news.resolve()
  }

  for (const stream of streams) void pump(stream)
  for (;;) {
    const offer = offers.shift()
    if (offer !== undefined) {
      yield offer.value
      offer.taken()
    } else if (failure !== undefined) {
      throw failure.error
    } else if (open === 0) {
      return
    } else {
      await news.promise
      news = Promise.withResolvers()
    }
  }
}
