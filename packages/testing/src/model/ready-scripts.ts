import type { Script } from './script.ts'
import { textTurn, toolTurn } from './turn.ts'

/** Says `text`, and no more. */
export function answerScript(text: string): Script {
  return [textTurn(text)]
}

export interface WriteFileOptions {
  /** Absolute, or relative to the agent's working directory. */
  readonly path: string
  readonly content: string
  readonly answer: string
}

/** Writes one file with the Write tool, then says `answer`. */
export function writeFileScript({ path, content, answer }: WriteFileOptions): Script {
  return [
    toolTurn({ name: 'Write', input: { file_path: path, content } }, { text: 'Writing it.' }),
    textTurn(answer),
  ]
}

/** Runs one command with the Bash tool, then says `answer`. */
export function bashScript(command: string, answer: string): Script {
  const input = { command, description: 'Run the command' }
  return [toolTurn({ name: 'Bash', input }), textTurn(answer)]
}
