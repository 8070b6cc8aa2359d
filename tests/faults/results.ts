import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Violation } from './check/evidence.ts'

/** What is kept of one run. */
export interface KeptResult {
  readonly fault: string
  readonly runIndex: number
  readonly violations: readonly Violation[]
  readonly recoveryMs: number | undefined
  readonly tasks: number
  /** Logs and evidence of a run that failed. */
  readonly folder: string | undefined
}

interface State {
  readonly seed: string
  readonly results: readonly KeptResult[]
}

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/sleepless-faults/', import.meta.url))
const STATE_FILE = path.join(CACHE, 'state.json')

/** What an earlier pass got to know; undefined when there was none. */
export function readState(): State | undefined {
  try {
    return JSON.parse(readFileSync(STATE_FILE, 'utf8')) as State
  } catch {
    return undefined
  }
}

/** A pass that is broken off at any moment can be resumed. */
export function writeState(state: State): void {
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(`${STATE_FILE}.new`, JSON.stringify(state))
  renameSync(`${STATE_FILE}.new`, STATE_FILE)
}

/** Keeps what a person needs to understand a run that failed. @returns the folder. */
export function keepFailure(name: string, logs: string, about: object): string {
  const folder = path.join(CACHE, 'failures', name)
  mkdirSync(folder, { recursive: true })
  cpSync(logs, folder, { recursive: true })
  writeFileSync(path.join(folder, 'evidence.json'), JSON.stringify(about, readable, 2))
  return folder
}

function readable(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value)
  return value instanceof Set ? [...value] : value
}
