import { unescapeText } from '../slack/escape.ts'

export interface ThinkRequest {
  readonly project: string | undefined
  readonly prompt: string
}

// Slack's clients turn two hyphens into a dash while one types.
const PROJECT_OPTION = /^(?:-p|--project|[—–]project)(?:=|\s+)(\S+)(?:\s+|$)/

/** @returns undefined when there is nothing to think about. */
export function parseThinkText(text: string): ThinkRequest | undefined {
  const typed = unescapeText(text).trim()
  const [option = '', project] = PROJECT_OPTION.exec(typed) ?? []
  const prompt = typed.slice(option.length).trim()
  if (prompt === '' || /^(?:-p|--project|[—–]project)$/.test(prompt)) return undefined
  return { project, prompt }
}
