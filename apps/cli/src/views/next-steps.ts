import type { TaskView } from '@sleepless/contracts'

import type { Printer } from '../terminal/printer.ts'
import { statusSpans } from './task-text.ts'

/** What can be done with a task that was just submitted. */
export function printNextSteps(printer: Printer, task: TaskView): void {
  printer.line(...statusSpans(task))
  printer.line('  follow it   ', [`sleepless logs ${task.id} -f`, 'cyan'])
  printer.line('  look at it  ', [`sleepless show ${task.id}`, 'cyan'])
  printer.line('  stop it     ', [`sleepless cancel ${task.id}`, 'cyan'])
}
