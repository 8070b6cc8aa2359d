/** Text of which nothing is markup, whoever wrote it; with `code`, a name that is shown as it is. */
export type Span = string | { readonly code: string }
export type Line = Span | readonly Span[]

/** A part of a report. How it looks is for whoever shows it. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: Line }
  /** What somebody said, with its line breaks. */
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      /** Each as long as the head. */
      readonly rows: readonly (readonly Line[])[]
    }

export type Document = readonly Block[]

export function spansOf(line: Line): readonly Span[] {
  return typeof line === 'string' || 'code' in line ? [line] : line
}
