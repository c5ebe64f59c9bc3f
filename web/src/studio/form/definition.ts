/** Editing a form's definition as text: what is not touched stays, fields of ours too. */
export interface Component {
  id: string
  type: string
  key?: string
  path?: string
  label?: string
  text?: string
  description?: string
  validate?: Record<string, unknown>
  values?: { label: string; value: string }[]
  conditional?: { hide?: string }
  components?: Component[]
  properties?: Record<string, string>
  [more: string]: unknown
}

export interface Whole {
  components: Component[]
  [more: string]: unknown
}

export interface Line {
  component: Component
  depth: number
  /** Whether it may go up or down among its neighbours. */
  mayRise: boolean
  maySink: boolean
}

/** The kinds of fields that can be added; the others stay as they are. */
export const KINDS = ['textfield', 'textarea', 'number', 'datetime', 'checkbox', 'radio', 'select', 'text', 'filepicker', 'dynamiclist'] as const
export type Kind = (typeof KINDS)[number]

export const read = (text: string): Whole => JSON.parse(text) as Whole

/** List all components as people see them, each with how deep it lies. */
export function lines(components: Component[], depth = 0): Line[] {
  return components.flatMap((component, index) => [
    { component, depth, mayRise: index > 0, maySink: index < components.length - 1 },
    ...lines(component.components ?? [], depth + 1),
  ])
}

/** Return the list that holds a component, and where in it. */
function place(components: Component[], id: string): [Component[], number] | null {
  const index = components.findIndex((each) => each.id === id)
  if (index >= 0) return [components, index]
  for (const each of components) {
    const found = each.components && place(each.components, id)
    if (found) return found
  }
  return null
}

function edited(text: string, id: string, act: (around: Component[], index: number) => void): string {
  const whole = read(text)
  const found = place(whole.components, id)
  if (found) act(...found)
  else act(whole.components, whole.components.length - 1)
  return JSON.stringify(whole, null, 2) + (text.endsWith('\n') ? '\n' : '')
}

/** Set properties of a component; undefined removes one. */
export const change = (text: string, id: string, properties: Partial<Component>): string =>
  edited(text, id, (around, index) => {
    if (around[index]?.id !== id) return
    const now = { ...(around[index] as Component), ...properties }
    around[index] = Object.fromEntries(Object.entries(now).filter(([, value]) => value !== undefined)) as Component
  })

export const remove = (text: string, id: string): string => edited(text, id, (around, index) => around.splice(index, around[index]?.id === id ? 1 : 0))

export const move = (text: string, id: string, by: 1 | -1): string =>
  edited(text, id, (around, index) => {
    if (around[index]?.id !== id) return
    const [moved] = around.splice(index, 1)
    if (moved) around.splice(index + by, 0, moved)
  })

/** Whether fields can be added within a component: a table takes columns, a group takes fields. */
export const isFrame = (component: Component | undefined): boolean => component?.type === 'dynamiclist' || component?.type === 'group'

function made(text: string, type: Kind, label: string, also = 0): Component {
  const taken = new Set(lines(read(text).components).flatMap(({ component }) => [component.id, component.key ?? component.path ?? '']))
  let number = 1 + also
  while (taken.has(`field_${number}`) || taken.has(`F_field_${number}`)) number += 1
  const id = `F_field_${number}`
  if (type === 'dynamiclist') return { id, type, path: `field_${number}`, label, isRepeating: true, allowAddRemove: true, defaultRepetitions: 1, showOutline: true, properties: { minRows: '1' }, components: [] }
  const one: Component = { id, type, ...(type === 'text' ? { text: label } : { key: `field_${number}`, label }) }
  if (type === 'number') one.decimalDigits = 0
  if (type === 'radio' || type === 'select') one.values = [{ label: '甲', value: 'a' }, { label: '乙', value: 'b' }]
  if (type === 'textfield' || type === 'textarea') one.validate = { maxLength: type === 'textfield' ? 200 : 2000 }
  if (type === 'datetime') Object.assign(one, { subtype: 'date', dateLabel: label, label: undefined })
  return one
}

/** Add a field after another one, or within it, with an id and a key that nobody has. */
export function add(text: string, at: string, type: Kind, label: string, isWithin = false, column = ''): { text: string; id: string } {
  const one = made(text, type, label)
  if (type === 'dynamiclist') one.components = [made(text, 'textfield', column, Number(one.id.replace('F_field_', '')))]
  const whole = edited(text, at, (around, index) => {
    const frame = around[index]
    if (isWithin && frame?.id === at) frame.components = [...(frame.components ?? []), one]
    else around.splice(index + 1, 0, one)
  })
  return { text: whole, id: one.id }
}

/** A form that asks nothing yet. */
export const blank = (id: string, title: string): string =>
  JSON.stringify({ id, type: 'default', schemaVersion: 19, liancheng: { title }, components: [] }, null, 2) + '\n'

/** Options as lines of text: the value, a space, the words. */
export const shown = (values: { label: string; value: string }[]): string => values.map((each) => `${each.value} ${each.label}`).join('\n')

export const options = (text: string): { label: string; value: string }[] =>
  text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => {
    const [value = '', ...words] = line.split(/\s+/)
    return { label: words.join(' ') || value, value }
  })

/** What a component is called where people choose it. */
export const named = (component: Component): string =>
  String(component.label ?? component.dateLabel ?? component.text ?? component.key ?? component.id).replace(/[#*]/g, '').slice(0, 40)
