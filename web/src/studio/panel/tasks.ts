/** What tasks do: form and role, operation with its inputs, table, called process. */
import { ListGroup } from '@bpmn-io/properties-panel'

import type { Moddle } from '../editor/services'
import { area, choice, type Entry, type Option, text } from './entries'
import { is } from './moddle'
import { attribute } from './nodes'
import type { About, Group } from './provider'

const NONE = { value: '', label: '—' }
const named = (each: { id: string; name: string }): Option => ({ value: each.id, label: each.name && each.name !== each.id ? `${each.name}（${each.id}）` : each.id })

function chosen({ shape, pen, t }: About, name: string, options: Option[], key = `liancheng:${name}`, after: (value: string) => void = () => undefined): Entry {
  const set = (value: string): void => {
    pen.write(shape, key, value)
    after(value)
  }
  return choice({ id: name, label: t(name), options: [NONE, ...options] }, () => pen.text(shape, key), set)
}

/** What the draft has, then what the library has besides: chosen, it comes into the draft. */
function withLibrary(about: About, kind: 'forms' | 'decisions' | 'processes'): { options: Option[]; after: (value: string) => void } {
  const { words, take, t } = about
  const besides = words.library[kind].map((each) => ({ ...named(each), label: `${named(each).label}${t('fromLibrary')}` }))
  const after = (value: string): void => {
    if (words.library[kind].some((each) => each.id === value)) take({ [kind]: [value] })
  }
  return { options: [...words[kind].map(named), ...besides], after }
}

/** Parameters whose value names something, as the diagram refers to them. */
function byParameter({ words }: About, ending: string): Option[] {
  return words.parameters.filter((each) => each.id.endsWith(ending)).map((each) => ({ value: `=profile.${each.id}`, label: `${each.name}（=profile.${each.id}）` }))
}

export function taskGroup(about: About): Group | null {
  const { shape, words, t } = about
  const object = shape.businessObject
  const takesMessages = is(object, 'bpmn:CatchEvent') && ((object.get('eventDefinitions') as Moddle[] | undefined) ?? []).some((each) => is(each, 'bpmn:MessageEventDefinition'))
  const isStart = is(object, 'bpmn:StartEvent')
  if (!is(object, 'bpmn:UserTask') && !takesMessages && !isStart) return null
  const forms = withLibrary(about, 'forms')
  const form = chosen(about, 'form', [...byParameter(about, '.form'), ...forms.options], 'liancheng:form', forms.after)
  const role = chosen(about, 'role', words.roles.map((each) => ({ value: each, label: each })))
  const entries = is(object, 'bpmn:UserTask') ? [role, form, attribute(about, 'party'), attribute(about, 'person'), attribute(about, 'separateFrom', t('separateFromHint'))] : [role, form]
  return { id: 'task', label: t('task'), entries, shouldOpen: true }
}

export function operationGroup(about: About): Group | null {
  const { shape, pen, words, t } = about
  const object = shape.businessObject
  if (!is(object, 'bpmn:ServiceTask')) return null
  const name = pen.text(shape, 'liancheng:operation')
  const operation = words.operations.find((each) => each.name === name)
  const pick = chosen(about, 'operation', words.operations.map((each) => ({ value: each.name, label: `${each.label}（${each.name}）` })))
  const inputs = (operation?.inputs ?? []).map((each) => input(about, each.name, `${each.name}（${each.type}）`))
  return { id: 'operation', label: t('operationGroup'), entries: [{ ...pick, description: operation?.description ?? t('operationHint') }, ...inputs], shouldOpen: true }
}

/** One typed input of an operation: FEEL after "=", or a literal. */
function input({ shape, pen }: About, name: string, label: string): Entry {
  const object = shape.businessObject
  const found = (): Moddle | undefined => pen.extensions(object, 'liancheng:Input').find((each) => each.get('name') === name)
  const set = (value: string): void => {
    const now = found()
    if (now && value === '') pen.remove(shape, object, now)
    else if (now) pen.writeTo(shape, now, { value })
    else if (value !== '') pen.add(shape, object, 'liancheng:Input', { name, value })
  }
  return area({ id: `feel-input-${name}`, label }, () => String(found()?.get('value') ?? ''), set)
}

export function decisionGroup(about: About): Group | null {
  const { shape, t } = about
  if (!is(shape.businessObject, 'bpmn:BusinessRuleTask')) return null
  const tables = withLibrary(about, 'decisions')
  return { id: 'decision', label: t('decisionGroup'), entries: [chosen(about, 'decision', [...byParameter(about, '.decision'), ...tables.options], 'liancheng:decision', tables.after)], shouldOpen: true }
}

export function callGroup(about: About): Group | null {
  const { shape, t } = about
  if (!is(shape.businessObject, 'bpmn:CallActivity')) return null
  const processes = withLibrary(about, 'processes')
  return { id: 'call', label: t('callGroup'), entries: [chosen(about, 'calledElement', processes.options, 'calledElement', processes.after)], shouldOpen: true }
}

/** Inputs of nodes that take any: name and value, as many as one likes. */
export function inputsGroup({ shape, pen, t }: About): Group | null {
  const object = shape.businessObject
  const takesAny = ['bpmn:CallActivity', 'bpmn:BusinessRuleTask', 'bpmn:IntermediateThrowEvent'].some((type) => is(object, type))
  if (!takesAny) return null
  const items = pen.extensions(object, 'liancheng:Input').map((each, index) => {
    const id = `inputs-${index}`
    const line = (name: string, make: typeof text): Entry => make({ id: `${id}-feel-${name}`, label: t(`inputs.${name}`) }, () => String(each.get(name) ?? ''), (value) => pen.writeTo(shape, each, { [name]: value }))
    return { id, label: String(each.get('name') ?? ''), entries: [line('name', text), line('value', area)], remove: () => pen.remove(shape, object, each) }
  })
  const add = (event: Event): void => {
    event.stopPropagation()
    pen.add(shape, object, 'liancheng:Input', { name: '', value: '=' })
  }
  return { id: 'inputs', label: t('inputs.title'), component: ListGroup, items, add }
}
