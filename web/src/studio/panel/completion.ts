/** What can be written next in an expression: names that are there, texts they can be, functions. */
import type { Schemas } from '@/api/client'

export type Name = Schemas['ReadableName']
export type Builtin = Schemas['Function']

export interface Candidate {
  /** What is written. */
  text: string
  /** What it is, in words. */
  about: string
  /** How far back from its end the cursor stands afterwards. */
  back: number
}

const MOST = 12
const WORD = /[\p{L}_][\p{L}\p{N}_.]*$/u
const QUOTED = /([\p{L}_][\p{L}\p{N}_.]*)\s*!?=\s*"([^"]*)$/u

export interface Offer {
  /** Where what is replaced begins. */
  from: number
  candidates: Candidate[]
}

/** Return what fits before the cursor; nothing outside of an expression. */
export function offered(text: string, cursor: number, names: readonly Name[], builtins: readonly Builtin[], isAsked: boolean): Offer {
  const before = text.slice(0, cursor)
  if (!before.startsWith('=')) return { from: cursor, candidates: [] }
  const quoted = QUOTED.exec(before)
  if (quoted) return texts(names, quoted[1] ?? '', quoted[2] ?? '', cursor)
  const word = WORD.exec(before)?.[0] ?? ''
  if ((!word && !isAsked) || (before.match(/"/g)?.length ?? 0) % 2) return { from: cursor, candidates: [] }
  const small = word.toLowerCase()
  const own = names.filter((each) => each.name.toLowerCase().startsWith(small) && each.name !== word).sort((a, b) => depth(a.name) - depth(b.name))
  const told = small ? names.filter((each) => !own.includes(each) && each.about.includes(word)) : []
  const calls = word.includes('.') ? [] : builtins.filter((each) => each.name.startsWith(small) || (small !== '' && each.about.includes(word)))
  const candidates = [...own, ...told].map((each) => ({ text: each.name, about: each.about, back: 0 }))
  return { from: cursor - word.length, candidates: [...candidates.slice(0, MOST - Math.min(calls.length, 4)), ...calls.map(call)].slice(0, MOST) }
}

const depth = (name: string): number => name.split('.').length
const call = ({ name, parameters, about }: Builtin): Candidate => ({ text: `${name}()`, about: `${about}（${parameters.join('，')}）`, back: parameters.length ? 1 : 0 })

function texts(names: readonly Name[], name: string, begun: string, cursor: number): Offer {
  const values = names.find((each) => each.name === name)?.values ?? []
  return { from: cursor - begun.length, candidates: values.filter((each) => each.startsWith(begun) && each !== begun).map((each) => ({ text: `${each}"`, about: name, back: 0 })) }
}
