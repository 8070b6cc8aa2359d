// Loaded before a program: it kills itself at the nth of the steps that change files or put them on disk.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import process from 'node:process'

import BetterSqlite from 'better-sqlite3'

const deadline = Number(process.env.DIE_AT_STEP)
let steps = 0

function step() {
  steps += 1
  if (steps === deadline) process.kill(process.pid, 'SIGKILL')
}

for (const name of ['chmodSync', 'copyFileSync', 'fsyncSync', 'linkSync', 'renameSync', 'rmSync']) {
  const method = fs[name]
  fs[name] = (...given) => {
    step()
    return method(...given)
  }
}
syncBuiltinESMExports()

// What SQLite does by itself ends with the closing of a database.
const prototype = BetterSqlite.prototype
const close = Reflect.get(prototype, 'close')
prototype.close = function closeAtStep() {
  step()
  return Reflect.apply(close, this, [])
}
