import fastStringTruncatedWidth from 'fast-string-truncated-width'

/** How many columns of a terminal the text takes. */
export function textWidth(text: string): number {
  return fastStringTruncatedWidth(text).width
}

/** The text in at most `columns` columns, with an ellipsis where it was cut. */
export function truncate(text: string, columns: number): string {
  const { index, truncated } = fastStringTruncatedWidth(text, { limit: columns, ellipsis: '…' })
  return truncated ? `${text.slice(0, index)}…` : text
}
