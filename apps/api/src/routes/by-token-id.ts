import { tokenIdField } from '@sleepless/contracts'
import { z } from 'zod'

export const byTokenId = z.object({ id: tokenIdField })
