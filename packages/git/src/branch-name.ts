import type { TaskId } from '@sleepless/domain'

const MAX_SLUG_LENGTH = 40
const MAX_PROMPT_LENGTH = 400

/** What stands for a prompt that has no letter or digit of ASCII in it. */
const FALLBACK = 'task'

/** Lower-case words of ASCII joined by hyphens, 1 to 40 characters, no word cut but the first. */
export function slugOf(prompt: string): string {
  const plain = prompt
    .slice(0, MAX_PROMPT_LENGTH)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
  const words = plain.toLowerCase().match(/[a-z0-9]+/g) ?? []
  let slug = (words.shift() ?? FALLBACK).slice(0, MAX_SLUG_LENGTH)
  for (const word of words) {
    if (slug.length + 1 + word.length > MAX_SLUG_LENGTH) break
    slug += `-${word}`
  }
  return slug
}

/** The branch of a serious task: the same for each of its attempts. */
export function taskBranch(task: TaskId, prompt: string): string {
  return `sleepless/${task}-${slugOf(prompt)}`
}

/** Whether git takes it as a branch name (`git help check-ref-format`), and no glob or option. */
export function isBranchName(name: string): boolean {
  const parts = name.split('/')
  return (
    name.length <= 200 &&
    !name.startsWith('-') &&
    name !== '@' &&
    // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{/.test(name) &&
    parts.every((part) => part !== '' && !/^\.|\.$|\.lock$/.test(part))
  )
}
