import { taskIdField } from '@sleepless/contracts'
import { z } from 'zod'

export const byTaskId = z.object({ id: taskIdField })
