/** Lists among the parameters, edited as people write them; numbers stay numbers. */
export type Row = Record<string, unknown>

/** Whether the entries are words or numbers alone. */
export const isPlain = (value: readonly unknown[]): boolean => value.every((each) => typeof each !== 'object' || each === null)

const FIRST = ['code', 'rule_id', 'name', 'area', 'text']

/** The properties that the entries have: what they are called first, then as they come. */
export function columns(value: readonly unknown[]): string[] {
  const found = new Set(value.flatMap((each) => Object.keys(each as Row)))
  return [...FIRST.filter((key) => found.has(key)), ...[...found].filter((key) => !FIRST.includes(key))]
}

function like(before: unknown, given: string): unknown {
  if (typeof before === 'boolean' && ['true', 'false'].includes(given)) return given === 'true'
  const number = Number(given)
  return typeof before === 'number' && given.trim() && !Number.isNaN(number) ? number : given
}

/** One entry a line; empty lines are none. */
export function withWords(before: readonly unknown[], text: string): unknown[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => like(before[0], line))
}

/** An entry with another property; an emptied one that was not there stays away. */
export function withRow(before: readonly unknown[], index: number, key: string, given: string): unknown[] {
  return before.map((each, at) => {
    const row = each as Row
    if (at !== index || (!given && !(key in row))) return each
    return { ...row, [key]: like(row[key], given) }
  })
}
