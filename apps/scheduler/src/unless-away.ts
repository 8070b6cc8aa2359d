/** A queue that is away says so itself, once; each pass that meets it need not. */
export async function unlessAway<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'QUEUE_UNAVAILABLE') throw error
    return undefined
  }
}
