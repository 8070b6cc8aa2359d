import { ProblemError } from './problems.ts'

/** The place after an item, in a form that nobody is tempted to make up. */
export function cursorAfter(position: string | number): string {
  return Buffer.from(String(position)).toString('base64url')
}

/**
 * @param parse makes the position from its text; what it throws means that the cursor is bad.
 * @throws {ProblemError} 400 unless the cursor came from `cursorAfter`.
 */
export function parseCursor<T>(
  cursor: string | undefined,
  parse: (text: string) => T,
): T | undefined {
  if (cursor === undefined) return undefined
  const text = Buffer.from(cursor, 'base64url').toString()
  try {
    if (cursorAfter(text) === cursor) return parse(text)
  } catch {
    // Answered below.
  }
  throw new ProblemError(400, 'INVALID_CURSOR', 'not a cursor that a page of this list gave', {
    field: 'cursor',
  })
}

/** The page, and the cursor of the next one when the page is full. */
export function pageOf<T>(
  items: readonly T[],
  limit: number,
  positionOf: (item: T) => string | number,
): { items: readonly T[]; nextCursor: string | null } {
  const last = items.at(-1)
  const isFull = items.length === limit && last !== undefined
  return { items, nextCursor: isFull ? cursorAfter(positionOf(last)) : null }
}
