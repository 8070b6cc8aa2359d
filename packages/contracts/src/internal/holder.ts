import { z } from 'zod'

import { workerIdField } from '../http/fields.ts'

const fenceField = z.int().positive()

/** Proof that the sender holds the attempt. */
export const holder = { workerId: workerIdField, fence: fenceField }
