import { dayReportView, type DayReport, type DayReportQuery } from '../http/day-report.ts'
import { taskReportView, type TaskReport } from '../http/task-report.ts'
import type { Transport } from './transport.ts'

type DayQuery = Omit<DayReportQuery, 'format'>

/** What came of tasks. */
export interface ReportCalls {
  taskReport(id: string): Promise<TaskReport>
  /** Of one day; by default today, in UTC. */
  dayReport(query?: DayQuery): Promise<DayReport>
}

export function reportCalls(transport: Transport): ReportCalls {
  return {
    taskReport: (id) =>
      transport.json(taskReportView, `/v1/tasks/${encodeURIComponent(id)}/report`),
    dayReport: (query) => transport.json(dayReportView, '/v1/reports', { query: { ...query } }),
  }
}
