/** form-js behind a few words: open a definition, read answers, show refusals. Nothing else knows it. */
import { Form } from '@bpmn-io/form-js-viewer'

import { DateField } from './fields/DateField'
import { FilesField } from './fields/FilesField'
import { RowList, Rows } from './fields/Rows'
import { SelectField } from './fields/SelectField'
import { locate, type Component, type Places } from './places'
import { pathOfField, plain } from './places'
import type { Uploads } from './uploads'

export type Answers = Record<string, unknown>

export interface Definition {
  id: string
  components: Component[]
  [more: string]: unknown
}

export interface Options {
  definition: Definition
  /** Names that the form's conditions read, besides its own fields. */
  context: Answers
  answers: Answers
  isReadonly: boolean
  uploads: Uploads
  translate: (text: string, values?: Record<string, unknown>) => string
  onChange: () => void
}

export interface OpenForm {
  answers: () => Answers
  /** Check what can be checked here; return the number of fields that are wrong. */
  check: () => number
  /** Show the server's refusals beside their fields. */
  refuse: (fields: Readonly<Record<string, string[]>>) => void
  /** Put a text into a field. */
  fill: (path: string, value: unknown) => void
  /** Open the row around a field, scroll to it and focus it. */
  show: (path: string) => void
  close: () => void
}

/** The parts of form-js's state that we read and write. */
interface State {
  data: Answers
  errors: Record<string, unknown>
}

interface Inner {
  _getState: () => State
  _setState: (state: Partial<State>) => void
  get: <T>(name: string) => T
}

/** Draw a form into an element. Raises if the definition cannot be read. */
export async function openForm(container: HTMLElement, options: Options): Promise<OpenForm> {
  const { definition, context, answers, isReadonly, translate } = options
  // Every key is taken at once: a pause would lose what is typed last before submitting.
  const form = new Form({
    container,
    debounce: false,
    properties: { readOnly: isReadonly, ariaLabel: translate('form') },
    additionalModules: [ours(options)],
  } as ConstructorParameters<typeof Form>[0])
  const inner = form as unknown as Inner
  const stopWaiting = checkAfterRelease(container, inner.get<Commands>('viewerCommands'))
  const places = locate(definition.components)
  await form.importSchema(plain(definition), { ...context, ...structuredClone(answers) })
  let isReady = false
  form.on('changed', 1000, () => isReady && options.onChange())
  isReady = true
  return {
    answers: () => owned(inner._getState().data, definition.components),
    check: () => Object.keys(form.validate()).length,
    refuse: (fields) => inner._setState({ errors: errorsOf(fields, places) }),
    fill(path, value) {
      const data = structuredClone(inner._getState().data)
      write(data, path.split('.'), value)
      inner._setState({ data })
    },
    show: (path) => show(container, inner, places, path),
    close: () => {
      stopWaiting()
      form.destroy()
    },
  }
}

interface Commands {
  updateFieldInstanceValidation: (field: unknown, value: unknown) => void
}

/**
 * Check the field that was left only once the pointer is released. A message that comes or goes
 * between pressing and releasing moves what is below, and the click would be lost.
 */
function checkAfterRelease(container: HTMLElement, commands: Commands): () => void {
  const check = commands.updateFieldInstanceValidation.bind(commands)
  let isPressed = false
  let waiting: (() => void)[] = []
  commands.updateFieldInstanceValidation = (field, value) => {
    if (isPressed) waiting.push(() => check(field, value))
    else check(field, value)
  }
  const press = (): void => {
    isPressed = true
  }
  const release = (): void => {
    window.setTimeout(() => {
      isPressed = false
      for (const run of waiting) run()
      waiting = []
    }, 0)
  }
  container.addEventListener('pointerdown', press, true)
  window.addEventListener('pointerup', release, true)
  window.addEventListener('pointercancel', release, true)
  return () => {
    window.removeEventListener('pointerup', release, true)
    window.removeEventListener('pointercancel', release, true)
  }
}

/** Return the module that puts our fields and words in the place of form-js's. */
function ours(options: Options): object {
  const register = (formFields: { register: (type: string, field: unknown) => void }): void => {
    formFields.register('select', SelectField)
    formFields.register('datetime', DateField)
    formFields.register('filepicker', FilesField)
    formFields.register('dynamiclist', RowList)
  }
  register.$inject = ['formFields']
  return {
    __init__: ['lianchengFields'],
    lianchengFields: ['factory', register],
    repeatRenderManager: ['type', Rows],
    uploads: ['value', options.uploads],
    translate: ['value', options.translate],
  }
}

/** Return what belongs to the form's own fields, without the context beside them. */
function owned(data: Answers, components: readonly Component[]): Answers {
  const names = new Set<string>()
  const walk = (all: readonly Component[]): void => {
    for (const each of all) {
      const name = each.key ?? each.path
      if (name) names.add(name.split('.')[0] ?? name)
      else walk(each.components ?? [])
    }
  }
  walk(components)
  return structuredClone(Object.fromEntries(Object.entries(data).filter(([key]) => names.has(key))))
}

function errorsOf(fields: Readonly<Record<string, string[]>>, places: Places): Record<string, unknown> {
  const errors: Record<string, unknown> = {}
  for (const [path, messages] of Object.entries(fields)) {
    const place = pathOfField(path, places)
    if (place) write(errors, [place.id, ...place.rows.map(String)], messages)
  }
  return errors
}

function write(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at: Record<string, unknown> = target
  path.forEach((step, index) => {
    if (index === path.length - 1) at[step] = value
    else at = (at[step] ??= {}) as Record<string, unknown>
  })
}

function show(container: HTMLElement, inner: Inner, places: Places, path: string): void {
  const place = pathOfField(path, places)
  if (!place) return
  inner.get<Rows>('repeatRenderManager').open(place.tables, place.rows)
  window.setTimeout(() => {
    const suffix = place.rows.map((row) => `_${row}`).join('')
    const found =
      container.querySelector<HTMLElement>(`[id$="${CSS.escape(place.id + suffix)}"]`) ??
      container.querySelector<HTMLElement>(`[id*="${CSS.escape(place.id)}"]`)
    found?.scrollIntoView({ block: 'center' })
    found?.focus()
  }, 60)
}
