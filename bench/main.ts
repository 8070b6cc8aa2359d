import { answerScript, createScriptedModel } from '@sleepless/testing'

import { cli } from './cli.ts'
import { decisions } from './decide.ts'
import { executor } from './executor.ts'
import { http } from './http.ts'
import { idle } from './idle.ts'
import { intake } from './intake.ts'
import { lists } from './lists.ts'
import { live } from './live.ts'
import { replicas } from './replicas.ts'
import { measureService } from './service.ts'
import { starts } from './starts.ts'
import { lineOf, type Measurement } from './statistics.ts'
import { workspaces } from './workspaces.ts'

await using model = await createScriptedModel({ script: answerScript('Seven.') })

const benches: Readonly<Record<string, () => Promise<Measurement[]>>> = {
  standalone: () => measureService('standalone', model.url),
  distributed: () => measureService('distributed', model.url),
  decide: decisions,
  intake: () => intake(model.url),
  http: () => http(model.url),
  live: () => live(model.url),
  lists: () => lists(model.url),
  starts: () => starts(model.url),
  replicas: () => replicas(model.url),
  cli: () => cli(model.url),
  executor,
  workspaces,
  idle: () => idle(model.url),
}

// oxlint-disable-next-line no-console -- what this program is for
const print = (text: string): void => console.log(text)

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !(name in benches))
if (unknown !== undefined) {
  print(`there is no bench ${unknown}; there are ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  print(`\n${name}`)
  for (const measurement of await bench()) print(lineOf(measurement))
}
