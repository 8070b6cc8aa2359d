import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { AgentContext, AgentOrder } from '@sleepless/domain'

import { toldMeanwhile } from '../told-later.ts'

const INTERRUPTED = [
  'You were interrupted: the machine that you worked on is gone, or was needed for something else.',
  'You go on from the last step that you know of. The working directory holds the files as they were right',
  'after it; whatever was done later is undone, and programs that you had started do not run any more.',
  'Finish the task; do not repeat what is done.',
].join(' ')

/** What a session is told first that goes on. */
export function resumedPrompt(order: AgentOrder): readonly string[] {
  const { prompt, messages, resume } = order
  const first = resume?.why === 'followed-up' ? prompt : INTERRUPTED
  const told = toldMeanwhile(messages)
  return told === undefined ? [first] : [first, told]
}

/**
 * Puts the transcript of an earlier session where the agent looks for it.
 *
 * @param workspacePath as the agent sees it.
 */
export async function placeTranscript(
  { sessionId, resume }: Pick<AgentOrder, 'sessionId' | 'resume'>,
  { homePath }: Pick<AgentContext, 'homePath'>,
  workspacePath: string,
): Promise<void> {
  if (resume === undefined) return
  const folder = join(homePath, 'projects', workspacePath.replaceAll(/[^a-zA-Z0-9]/g, '-'))
  await mkdir(folder, { recursive: true })
  await copyFile(resume.transcriptFile, join(folder, `${sessionId}.jsonl`))
}
