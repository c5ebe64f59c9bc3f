/** One line of the panel each: a text, a longer text, a choice, a tick. */
import { CheckboxEntry, isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited, SelectEntry, TextAreaEntry, TextFieldEntry } from '@bpmn-io/properties-panel'
import { h, type Node } from '@bpmn-io/properties-panel/preact'
import { useService } from 'bpmn-js-properties-panel'

export interface Option {
  value: string
  label: string
}

/** What an entry is about. The component stays the same from edit to edit, so that the cursor stays too. */
export interface Entry {
  id: string
  component: (entry: Entry & { element: unknown }) => Node
  isEdited: (node: unknown) => boolean
  label: string
  get: () => unknown
  set: (value: never) => void
  description?: string
  options?: Option[]
  isOff?: boolean
}

type Given = Omit<Entry, 'component' | 'isEdited' | 'get' | 'set'>

function properties(entry: Entry & { element: unknown }): Record<string, unknown> {
  return { element: entry.element, id: entry.id, label: entry.label, description: entry.description, disabled: entry.isOff, getValue: entry.get, setValue: entry.set, debounce: useService('debounceInput') }
}

const Text = (entry: Entry & { element: unknown }): Node => h(TextFieldEntry, properties(entry))
const Area = (entry: Entry & { element: unknown }): Node => h(TextAreaEntry, { ...properties(entry), rows: 2, autoResize: true, monospace: entry.id.includes('feel') })
const Tick = (entry: Entry & { element: unknown }): Node => h(CheckboxEntry, properties(entry))
const Choice = (entry: Entry & { element: unknown }): Node => h(SelectEntry, { ...properties(entry), getOptions: () => entry.options ?? [] })

type Get = () => string
type Set = (value: string) => void
/** A field that is emptied gives undefined; to us that is the empty text. */
const filled = (set: Set) => (value: string | undefined) => set(value ?? '')

export const text = (given: Given, get: Get, set: Set): Entry => ({ ...given, component: Text, isEdited: isTextFieldEntryEdited, get, set: filled(set) })
export const area = (given: Given, get: Get, set: Set): Entry => ({ ...given, component: Area, isEdited: isTextAreaEntryEdited, get, set: filled(set) })
export const tick = (given: Given, get: () => boolean, set: (value: boolean) => void): Entry => ({ ...given, component: Tick, isEdited: isCheckboxEntryEdited, get, set })

/** A choice; a value that is not among the options is shown as it is and stays. */
export function choice(given: Given, get: Get, set: Set): Entry {
  const options = given.options ?? []
  const value = get()
  const known = options.some((each) => each.value === value)
  return { ...given, options: known ? options : [...options, { value, label: value }], component: Choice, isEdited: isSelectEntryEdited, get, set: filled(set) }
}
