/** What every node has: its name, what it is in law, its time limit; lanes and repeated steps. */
import type { Moddle } from '../editor/services'
import { choice, type Entry, text, tick } from './entries'
import { is } from './moddle'
import type { About, Group } from './provider'

const UNITS = ['working_days', 'calendar_days', 'months', 'years'] as const
const NONE = { value: '', label: '—' }

/** A text entry of an attribute of ours. */
export function attribute({ shape, pen, t }: About, name: string, description?: string): Entry {
  return text({ id: name, label: t(name), description: description ?? '' }, () => pen.text(shape, `liancheng:${name}`), (value) => pen.write(shape, `liancheng:${name}`, value))
}

export function basicGroup(about: About): Group | null {
  const { shape, pen, t } = about
  const entries = [text({ id: 'name', label: t('name') }, () => pen.text(shape, 'name'), (value) => pen.write(shape, 'name', value))]
  entries.push(text({ id: 'id', label: t('id'), isOff: true }, () => shape.id, () => undefined))
  if (is(shape.businessObject, 'bpmn:FlowNode')) entries.push(attribute(about, 'dataKey', t('dataKeyHint')), attribute(about, 'caseState'))
  return { id: 'basic', label: t('basic'), entries, shouldOpen: true }
}

export function lawGroup(about: About): Group | null {
  const { shape, pen, words, t } = about
  if (!is(shape.businessObject, 'bpmn:FlowNode')) return null
  const named = pen.text(shape, 'liancheng:clauses').split(/\s+/).filter(Boolean)
  const quoted = named.map((id) => words.clauses.find((each) => each.id === id)).filter((each) => each !== undefined)
  const set = (ids: string[]): void => pen.write(shape, 'liancheng:clauses', ids.join(' '))
  const rest = words.clauses.filter((each) => !named.includes(each.id)).map((each) => ({ value: each.id, label: `${each.article} ${each.text}`.slice(0, 60) }))
  const entries: Entry[] = [
    attribute(about, 'activityCode', t('activityCodeHint')),
    text({ id: 'clauses', label: t('clauses'), description: quoted.map((each) => `${each.article}：${each.text}`).join('\n') }, () => named.join(' '), (value) => set(value.split(/\s+/).filter(Boolean))),
    choice({ id: 'addClause', label: t('addClause'), options: [NONE, ...rest] }, () => '', (id) => id && set([...named, id])),
    attribute(about, 'assumption'),
  ]
  return { id: 'law', label: t('law'), entries, shouldOpen: true }
}

export function laneGroup({ shape, pen, words, t }: About): Group | null {
  if (!is(shape.businessObject, 'bpmn:Lane')) return null
  const options = [NONE, ...words.roles.map((role) => ({ value: role, label: role }))]
  const role = choice({ id: 'laneRole', label: t('role'), options }, () => pen.text(shape, 'liancheng:role'), (value) => pen.write(shape, 'liancheng:role', value))
  return { id: 'lane', label: t('lane'), entries: [role], shouldOpen: true }
}

export function dueGroup({ shape, pen, t }: About): Group | null {
  const object = shape.businessObject
  if (!is(object, 'bpmn:UserTask') && !is(object, 'bpmn:CallActivity')) return null
  const read = (name: string) => (): string => String(pen.extensions(object, 'liancheng:Due')[0]?.get(name) ?? '')
  const write = (name: string) => (value: string): void => {
    const isNew = !pen.extensions(object, 'liancheng:Due').length
    pen.extend(shape, object, 'liancheng:Due', isNew ? { unit: 'working_days', [name]: value } : { [name]: value })
  }
  const line = (name: string, hint = ''): Entry => text({ id: `due-${name}`, label: t(`due.${name}`), description: hint }, read(name), write(name))
  const units = [NONE, ...UNITS.map((unit) => ({ value: unit, label: t(`units.${unit}`) }))]
  const unit = choice({ id: 'due-unit', label: t('due.unit'), options: units }, read('unit'), write('unit'))
  return { id: 'due', label: t('due.title'), entries: [line('amount', t('due.amountHint')), unit, line('basis', t('due.basisHint')), line('clock', t('due.clockHint')), line('from')] }
}

export function loopGroup({ shape, pen, t }: About): Group | null {
  const loop = shape.businessObject.get('loopCharacteristics') as Moddle | undefined
  if (!loop || !is(loop, 'bpmn:MultiInstanceLoopCharacteristics')) return null
  const read = (name: string) => (): string => String(pen.extensions(loop, 'liancheng:Loop')[0]?.get(name) ?? '')
  const line = (name: string): Entry => text({ id: `loop-${name}`, label: t(`loop.${name}`) }, read(name), (value) => pen.extend(shape, loop, 'liancheng:Loop', { [name]: value }))
  const order = tick({ id: 'loop-order', label: t('loop.sequential') }, () => loop.get('isSequential') === true, (value) => pen.writeTo(shape, loop, { isSequential: value }))
  return { id: 'loop', label: t('loop.title'), entries: [line('collection'), line('item'), line('key'), order], shouldOpen: true }
}
