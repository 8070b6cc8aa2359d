import type { TaskList, TaskListQuery, TaskView } from '@sleepless/contracts'

const PAGE = 200

/** As many tasks as asked for, over pages that may hold fewer than there are. */
export async function collectTasks(
  ask: (page: Pick<TaskListQuery, 'limit' | 'cursor'>) => Promise<TaskList>,
  count: number,
): Promise<TaskList> {
  const items: TaskView[] = []
  let cursor: string | null = null
  do {
    const limit = Math.min(PAGE, count - items.length)
    const page: TaskList = await ask({ limit, ...(cursor !== null && { cursor }) })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null && items.length < count)
  return { items, nextCursor: cursor }
}
