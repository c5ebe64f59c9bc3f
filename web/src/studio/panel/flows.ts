/** Conditions of flows, and what events wait for, send, or end with. */
import type { Moddle } from '../editor/services'
import { area, choice, type Entry, text, tick } from './entries'
import { is } from './moddle'
import { attribute } from './nodes'
import type { About, Group } from './provider'

const CHOOSING = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway']

export function conditionGroup({ shape, pen, t }: About): Group | null {
  const object = shape.businessObject
  if (!is(object, 'bpmn:SequenceFlow')) return null
  const source = object.get('sourceRef') as Moddle | undefined
  if (!CHOOSING.some((type) => is(source, type))) return null
  const isDefault = (): boolean => source?.get('default') === object
  const condition = area({ id: 'feel-condition', label: t('condition'), description: t('conditionHint'), isOff: isDefault() }, () => pen.expression(object, 'conditionExpression'), (value) => pen.writeExpression(shape, object, 'conditionExpression', value))
  const set = (value: boolean): void => source && pen.writeTo(shape, source, { default: value ? object : undefined })
  return { id: 'condition', label: t('conditionGroup'), entries: [condition, tick({ id: 'default', label: t('default') }, isDefault, set)], shouldOpen: true }
}

export function eventGroup(about: About): Group | null {
  const { shape, t } = about
  const object = shape.businessObject
  if (!is(object, 'bpmn:Event')) return null
  const [definition] = (object.get('eventDefinitions') as Moddle[] | undefined) ?? []
  const entries = [...(definition ? defined(about, definition) : []), ...(is(object, 'bpmn:EndEvent') ? [attribute(about, 'outcome', t('outcomeHint'))] : [])]
  return entries.length ? { id: 'event', label: t('event'), entries, shouldOpen: true } : null
}

function defined(about: About, definition: Moddle): Entry[] {
  if (is(definition, 'bpmn:TimerEventDefinition')) return timer(about, definition)
  if (is(definition, 'bpmn:MessageEventDefinition')) return message(about, definition)
  if (is(definition, 'bpmn:ErrorEventDefinition')) return [referred(about, definition, 'errorRef', 'bpmn:Error', 'errorCode')]
  return []
}

function timer({ shape, pen, t }: About, definition: Moddle): Entry[] {
  const kind = (): string => (definition.get('timeDuration') ? 'timeDuration' : 'timeDate')
  const options = [{ value: 'timeDate', label: t('timer.date') }, { value: 'timeDuration', label: t('timer.duration') }]
  const turn = (to: string): void => {
    if (to === kind()) return
    const made = definition.get(kind())
    pen.writeTo(shape, definition, { [kind()]: undefined, [to]: made ?? pen.made('bpmn:FormalExpression', definition) })
  }
  return [
    choice({ id: 'timer-kind', label: t('timer.kind'), options }, kind, turn),
    area({ id: 'feel-timer', label: t('timer.when'), description: t('timer.hint') }, () => pen.expression(definition, kind()), (value) => pen.writeExpression(shape, definition, kind(), value)),
  ]
}

function message(about: About, definition: Moddle): Entry[] {
  const isWaiting = is(about.shape.businessObject, 'bpmn:CatchEvent')
  const name = referred(about, definition, 'messageRef', 'bpmn:Message', 'name')
  return isWaiting ? [name, attribute(about, 'correlation', about.t('correlationHint'))] : [name]
}

function referred({ shape, pen, t }: About, definition: Moddle, attribute: 'messageRef' | 'errorRef', type: string, key: string): Entry {
  const read = (): string => String((definition.get(attribute) as Moddle | undefined)?.get(key) ?? '')
  return text({ id: attribute, label: t(attribute) }, read, (value) => pen.refer(shape, definition, attribute, type, key, value))
}
