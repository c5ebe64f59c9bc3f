/** A procedure's parameters in `procedure.json`; everything else in the file stays as it is. */
export type Simple = string | number | boolean
export interface Parameter {
  value: unknown
  label?: string
  unit?: string
  article?: string
  assumption?: string
  fixed?: boolean
  minimum?: number
}
export interface Settings {
  procedure: { profile?: Record<string, Parameter>; [key: string]: unknown }
  [key: string]: unknown
}

export interface Line {
  key: string
  entry: Parameter
  isSimple: boolean
}

export const read = (text: string): Settings => JSON.parse(text) as Settings

/** List the parameters; those that are no lists can be changed here. */
export function lines(settings: Settings): Line[] {
  return Object.entries(settings.procedure.profile ?? {}).map(([key, entry]) => ({ key, entry, isSimple: ['string', 'number', 'boolean'].includes(typeof entry.value) }))
}

/** Turn what was typed into a value of the kind that was there before. */
export function typed(before: unknown, given: string): Simple {
  if (typeof before === 'boolean') return given === 'true'
  if (typeof before !== 'number') return given
  const number = Number(given)
  return given.trim() === '' || Number.isNaN(number) ? given : number
}
