import { writeFileScript, type Script } from '@sleepless/testing'

export const DEMO_PROMPT = 'Write a haiku about a service that never sleeps to haiku.md.'

const HAIKU = `Lamps out, doors are closed.
A queue of small commits hums:
morning finds them done.
`

/** What the scripted model answers: one file, then a closing sentence. */
export const demoScript: Script = writeFileScript({
  path: 'haiku.md',
  content: HAIKU,
  answer: 'I wrote a haiku to haiku.md.',
})
