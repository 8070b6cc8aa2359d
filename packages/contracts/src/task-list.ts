export { createTaskListClient, type TaskListCalls } from './client/task-list-calls.ts'
