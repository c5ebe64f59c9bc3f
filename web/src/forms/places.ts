/** Where a field of a definition lies: from an answer's path to the field and its rows. */

export interface Component {
  id: string
  type: string
  key?: string
  path?: string
  label?: string
  dateLabel?: string
  text?: string
  values?: { value: string; label: string }[]
  components?: Component[]
  properties?: Record<string, unknown>
  validate?: Record<string, unknown>
  multiple?: boolean
  conditional?: { hide: string }
}

/** A field, by its path with `*` for rows; `tables` are the ids of the tables around it. */
export interface Place {
  id: string
  label: string
  tables: readonly string[]
}

export type Places = ReadonlyMap<string, Place>

/** Return every named field and container of a definition by its path. */
export function locate(components: readonly Component[], at = '', tables: readonly string[] = []): Places {
  const found = new Map<string, Place>()
  for (const each of components) {
    const name = each.key ?? each.path
    const path = name ? `${at}${name}` : at.replace(/\.$/, '')
    if (name) found.set(path, { id: each.id, label: each.label ?? each.dateLabel ?? name, tables })
    if (!each.components) continue
    const isTable = each.type === 'dynamiclist'
    const inner = name ? `${path}.${isTable ? '*.' : ''}` : at
    const deeper = locate(each.components, inner, isTable ? [...tables, each.id] : tables)
    for (const [key, place] of deeper) found.set(key, place)
  }
  return found
}

/** Return the field that an answer's path means, with its row numbers; null if there is none. */
export function pathOfField(
  path: string,
  places: Places,
): (Place & { rows: number[]; isExact: boolean }) | null {
  const steps = path.split('.')
  for (let length = steps.length; length > 0; length--) {
    const part = steps.slice(0, length)
    const place = places.get(part.map((step) => (/^\d+$/.test(step) ? '*' : step)).join('.'))
    if (place) {
      const rows = part.filter((step) => /^\d+$/.test(step)).map(Number)
      return { ...place, rows, isExact: length === steps.length }
    }
  }
  return null
}

/** Return the label of a path with its row: `成员单位 第 3 行 · 单位名称`. */
export function labelOf(path: string, places: Places, row: (number: number) => string): string {
  const place = pathOfField(path, places)
  if (!place) return path
  const last = place.rows.at(-1)
  return last === undefined ? place.label : `${row(last + 1)} · ${place.label}`
}

/** Return a copy that form-js may keep: no proxies. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
