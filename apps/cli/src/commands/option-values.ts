import type { NotedHead } from '@sleepless/storage'
import { InvalidArgumentError } from 'commander'

import { parseDuration } from '../terminal/duration.ts'

/** @returns milliseconds. */
export function durationOption(text: string): number {
  const durationMs = parseDuration(text)
  if (durationMs === undefined) throw new InvalidArgumentError('Expected 90s, 30m or 2h.')
  return durationMs
}

export function priorityOption(text: string): number {
  const priority = Number(text)
  if (!/^\d+$/.test(text) || priority > 100) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 100.')
  }
  return priority
}

/** @returns dollars. */
export function dollarsOption(text: string): number {
  const dollars = Number(text.replace(/^\$/, ''))
  if (!/^\$?\d*\.?\d+$/.test(text) || dollars <= 0) {
    throw new InvalidArgumentError('Expected an amount in dollars, such as 2.50.')
  }
  return dollars
}

/** Reads an ISO date, in local time where it names no zone. @returns the instant in UTC. */
export function instantOption(text: string): string {
  const at = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError('Expected a date such as 2026-01-31T22:00.')
  }
  return at.toISOString()
}

/** Reads a time from now on, such as 30d, or an ISO date. @returns the instant in UTC. */
export function expiryOption(text: string): string {
  const durationMs = parseDuration(text)
  if (durationMs === undefined) return instantOption(text)
  return new Date(Date.now() + durationMs).toISOString()
}

/** @returns how many lines. */
export function linesOption(text: string): number {
  const lines = Number(text)
  if (!/^\d+$/.test(text) || lines > 100_000) {
    throw new InvalidArgumentError('Expected a whole number up to 100000.')
  }
  return lines
}

/** For an option that may be given several times. */
export function eachOption(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

export function concurrencyOption(text: string): number {
  const concurrency = Number(text)
  if (!/^\d+$/.test(text) || concurrency < 1 || concurrency > 1000) {
    throw new InvalidArgumentError('Expected a whole number from 1 to 1000.')
  }
  return concurrency
}

export function daysOption(text: string): number {
  const days = Number(text)
  if (!/^\d+$/.test(text) || days < 1 || days > 90) {
    throw new InvalidArgumentError('Expected a whole number from 1 to 90.')
  }
  return days
}

/** Reads an event as `backup`, `doctor --audit` and `GET /v1/health` tell of it. */
export function headOption(text: string): NotedHead {
  const [, id, hash] = /^(\d{1,16}):([0-9a-f]{64})$/i.exec(text) ?? []
  if (id === undefined || hash === undefined) {
    throw new InvalidArgumentError('Expected the id of an event, a colon, and 64 hex digits.')
  }
  return { id: Number(id), hash: hash.toLowerCase() }
}

export function countOption(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1 || count > 10_000) {
    throw new InvalidArgumentError('Expected a whole number from 1 to 10000.')
  }
  return count
}

export function trashDaysOption(text: string): number {
  const days = Number(text)
  if (!/^\d+(?:\.\d+)?$/.test(text) || days > 3650) {
    throw new InvalidArgumentError('Expected a number of days, up to 3650.')
  }
  return days
}
