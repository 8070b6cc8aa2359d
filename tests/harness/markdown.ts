/** A shell example that a reader can copy, and that a test executes. */
export interface Example {
  readonly code: string
  /** What must be among its output. */
  readonly prints: string
}

const FENCED = /^```[\s\S]*?^```$/gm

/** Blocks that follow a comment of the form `<!-- test: what it prints -->`. */
export function examplesIn(page: string): readonly Example[] {
  const found = page.matchAll(/^<!-- test: (.*?) *-->\n+```sh\n([\s\S]*?)^```$/gm)
  return [...found].map(([, prints = '', code = '']) => ({ prints, code }))
}

/** The rows of the tables under a heading, without their head; cells without their spaces. */
export function tableRows(page: string, heading: string): readonly (readonly string[])[] {
  return sectionOf(page, heading)
    .split('\n')
    .filter((line, index, lines) => line.startsWith('|') && !isHead(lines, index))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
}

/** What stands in code spans, in order. */
export function codeIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
}

/** The targets of the links outside of code. */
export function linksIn(page: string): readonly string[] {
  const prose = page.replaceAll(FENCED, '').replaceAll(/`[^`\n]*`/g, 'code')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

/** The anchors that GitHub gives the headings. */
export function anchorsOf(page: string): readonly string[] {
  const headings = page.replaceAll(FENCED, '').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** From a heading to the next one of any level. */
function sectionOf(page: string, heading: string): string {
  const [, after] = `\n${page}`.replaceAll(FENCED, '').split(`\n${heading}\n`)
  if (after === undefined) throw new Error(`there is no ${JSON.stringify(heading)} on the page`)
  return after.split(/^#+ /m, 1).join('')
}

function isHead(lines: readonly string[], index: number): boolean {
  const isRule = (line = ''): boolean => /^\|[ |:-]+\|$/.test(line)
  return isRule(lines[index]) || isRule(lines[index + 1])
}
