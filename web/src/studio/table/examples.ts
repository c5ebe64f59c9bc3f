/** Examples beside a decision table: what the file says, as texts to type, and back. */
import type { Schemas } from '@/api/client'

export type Tried = Schemas['TriedExample']
export type Signature = Schemas['DecisionSignature']

/** One situation. Values are texts as people type them; an expectation that is empty is none. */
export interface Example {
  id: string
  name: string
  decision: string
  given: Record<string, string>
  expect: Record<string, string>
  on: string
}

interface Stored {
  id: string
  name: string
  decision: string
  given?: Record<string, unknown>
  expect?: Record<string, unknown>
  on?: string | null
}

const FEW = 8

/** The file of examples beside a table's file. */
export const besides = (table: string): string => table.replace(/^dmn\/(.*)\.dmn$/, 'examples/$1.json')
/** The table beside which a file of examples stands. */
export const tableOf = (file: string): string => file.replace(/^examples\/(.*)\.json$/, 'dmn/$1.dmn')

/** What was typed as a value: a number, true, a list … and everything else a text. */
export function valueOf(text: string): unknown {
  const bare = text.trim()
  if (!bare) return null
  try {
    return JSON.parse(bare) as unknown
  } catch {
    return bare
  }
}

/** A value as it is typed. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return JSON.stringify(value)
  return typeof valueOf(value) === 'string' && value.trim() === value && value ? value : JSON.stringify(value)
}

const each = <T, R>(given: Record<string, T>, change: (value: T) => R): Record<string, R> => Object.fromEntries(Object.entries(given).map(([name, value]) => [name, change(value)]))

/** Raises what JSON raises where the file is none. */
export function read(text: string): Example[] {
  if (!text) return []
  const rows = (JSON.parse(text) as { examples: Stored[] }).examples
  return rows.map(({ id, name, decision, given = {}, expect = {}, on }) => ({ id, name, decision, given: each(given, textOf), expect: each(expect, (value) => textOf(value) || 'null'), on: on ?? '' }))
}

export function write(examples: readonly Example[]): string {
  const rows = examples.map(({ id, name, decision, given, expect, on }) => {
    const expected = Object.fromEntries(Object.entries(expect).filter(([, text]) => text.trim()))
    return { id, name: name.trim() || id, decision, given: each(given, valueOf), expect: each(expected, valueOf), ...(on ? { on } : {}) }
  })
  return `${JSON.stringify({ examples: rows }, null, 2)}\n`
}

/** The names to give, the outermost of each: who gives a list gives what lies within it. */
export function inputs(of: Signature | undefined): { name: string; about: string }[] {
  const reads = of?.reads ?? []
  return reads.filter(({ name }) => !reads.some((other) => name.startsWith(`${other.name}.`)))
}

/** A new example of a decision; where it reads few names, with all of them. */
export function blank(of: Signature, name: string): Example {
  const names = inputs(of).map((read) => read.name).filter((read) => !read.startsWith('profile.'))
  return { id: crypto.randomUUID().slice(0, 8), name, decision: of.id, given: Object.fromEntries((names.length <= FEW ? names : []).map((read) => [read, ''])), expect: {}, on: '' }
}
